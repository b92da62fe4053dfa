import TestSupport
import Autograd
import Configuration
import Foundation
import Lab
import Metrics
import Testing

@Suite struct RunComparisonTests {
    /// Writes the folder of a run: files `0`, `1`, ... of two classes in turn, of which some are taken for the other class.
    private func write(
        _ folder: String, files: Range<Int> = 0..<20, wrong: Set<Int>,
        _ edit: (inout JSONValue) throws -> Void = { _ in }
    ) throws {
        var config = try SmallSweep.experiment()
        try edit(&config)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        func write(_ text: String, _ name: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        }
        try write(Experiment.decode(config).json, "config.json")
        let accuracy = 1 - Double(files.count { wrong.contains($0) }) / Double(files.count)
        let metrics: JSONValue = [
            "loss": 0.5, "accuracy": JSONValue(.number(accuracy)), "uar": JSONValue(.number(accuracy)),
        ]
        let result: JSONValue = ["test": metrics]
        try write(result.pretty(), "result.json")
        let rows = files.map { file in
            let isFirst = (file % 2 == 0) != wrong.contains(file)
            return
                "\(file),,\(file % 2 == 0 ? "angry" : "sad"),\(isFirst ? "angry,0.8,0.2" : "sad,0.3,0.7")\n"
        }
        try write("file,speaker,label,predicted,angry,sad\n" + rows.joined(), "predictions.csv")
    }

    private func compare(_ folders: String...) throws -> RunComparison {
        try RunComparison(folders.map { try RunSet($0) })
    }

    @Test func metricsAreTestedOnTheSameFiles() throws {
        try Toy.inFolder { folder in
            try write(folder + "/a", wrong: Set(0..<9))
            try write(folder + "/b/", wrong: [0, 12]) { try $0.set("optimizer={\"type\": \"sgd\"}") }
            try write(folder + "/c", wrong: Set(0..<9)) {
                try $0.remove(JSONPath(parsing: "model[1]"), source: "")
            }
            let found = try compare(folder + "/a", folder + "/b/", folder + "/c")
            #expect(found.names == ["a", "b", "c"] && found.warnings.isEmpty)
            #expect(found.tables.map(\.metric) == ["loss", "accuracy", "uar"])
            let rows = found.tables[1].rows
            #expect(rows.map(\.pooled.estimate) == [0.55, 0.9, 0.55])
            #expect(found.tables[1].cells[1].contains("+35.0"), "\(found.tables[1].cells[1])")
            #expect(abs(rows[1].difference - 0.35) < 1e-12 && rows[2].difference == 0)
            // McNemar: eight files only b has right, one only a; twice 10 of 2^9, and by Holm once more.
            #expect(abs(rows[1].pValue - 4 * 10 / 512) < 1e-12 && rows[2].pValue == 1)
            #expect(rows.allSatisfy { $0.pooled.low < $0.pooled.estimate && $0.pooled.high <= 1 })
            #expect(found.tables[0].rows.allSatisfy { $0.folds.estimate == 0.5 && $0.pValue.isNaN })
            let note = found.tables[1].note
            #expect(
                note.contains("95% confidence intervals over 20 clips: skewness-corrected t interval"),
                "\(note)")
            #expect(note.contains("with several clips of a speaker they are too narrow"))
            #expect(note.contains("McNemar's exact test over 20 clips"), "\(note)")
            #expect(note.contains("Holm's correction for 2 comparisons"))
            #expect(found.tables[2].rows[1].pValue < 0.1 && found.tables[2].rows[2].pValue == 1)
            #expect(found.differences.map(\.path) == ["model[1]", "optimizer"])
            #expect(
                found.differences[0].values[2] == nil && found.differences[0].values[0]?["type"] == "dropout")
        }
    }

    @Test func differentFilesAndLabelsAreSaid() throws {
        try Toy.inFolder { folder in
            try write(folder + "/a", wrong: [3])
            try write(folder + "/b", files: 10..<25, wrong: [11, 20])
            try write(folder + "/x/a", files: 30..<40, wrong: [])
            let found = try compare(folder + "/a", folder + "/b", folder + "/x/a")
            #expect(found.names == ["a (1)", "b", "a (3)"])
            #expect(found.warnings.count == 2)
            #expect(
                found.warnings[0]
                    == "b and a (1) were tested on different clips: 15 and 20, 10 of them in common; the difference and its test use only the common clips"
            )
            let rows = found.tables[1].rows
            // Of the files 10 to 19 the first has all right, b nine.
            #expect(abs(rows[1].difference + 0.1) < 1e-12)
            // The cell has the number of clips, because the results of the two rows have another difference.
            #expect(
                found.tables[1].cells[1].contains("−10.0 (10 clips)"), "\(found.tables[1].cells[1])")
            #expect(rows[2].difference.isNaN && rows[2].pValue.isNaN)
            // The warnings go where the tables go.
            #expect(
                found.latex.contains("Warning: b and a (1) were tested on different clips: 15 and 20, 10 of"))
            #expect(found.csv.contains("\"b and a (1) were tested on different clips: 15 and 20, 10 of"))
            #expect(found.html.contains("Warning: b and a (1) were tested on different clips"))
            #expect(
                found.json["metrics"]?.elements?[1]["rows"]?.elements?[1]["warnings"]?.elements?.count == 1)
        }
    }

    @Test func clipsWithDifferentLabelsAreExcluded() throws {
        try Toy.inFolder { folder in
            try write(folder + "/a", wrong: [0])
            try write(folder + "/b", wrong: [0, 1])
            let file = folder + "/b/predictions.csv"
            let text = try String(contentsOfFile: file, encoding: .utf8)
                .replacing("\n3,,sad,", with: "\n3,,angry,").replacing("\n5,,sad,", with: "\n5,,angry,")
            try Data(text.utf8).write(to: URL(fileURLWithPath: file))
            let found = try compare(folder + "/a", folder + "/b")
            #expect(
                found.warnings == [
                    "2 clips have different labels in b and a; the difference and its test exclude them"
                ])
            // Of the 18 other clips, a has one wrong and b two.
            #expect(abs(found.tables[1].rows[1].difference + 1.0 / 18) < 1e-12)
        }
    }

    @Test func everyFormSaysTheSame() throws {
        try Toy.inFolder { folder in
            try write(folder + "/a", wrong: [1, 2])
            try write(folder + "/b<i>", files: 0..<19, wrong: [1]) { try $0.set("training.epochs=7") }
            let found = try compare(folder + "/a", folder + "/b<i>")
            #expect(found.text.contains("training.epochs\n    a: 4\n    b<i>: 7\n"))
            #expect(found.markdown.contains("| training.epochs | 4 | 7 |"))
            #expect(found.csv.split(separator: "\n").count == 1 + 3 * 2)
            #expect(found.json["config"]?.elements?.first?["values"] == [4, 7])
            #expect(found.json["warnings"]?.elements?.count == 1)
            _ = try MarkupReader.elements(found.html.replacing("<!DOCTYPE html>\n", with: ""))
            #expect(!found.html.contains("<i>"))
        }
    }

    @Test func aRunThatHasNotEndedIsSaid() throws {
        try Toy.inFolder { folder in
            try write(folder + "/a", wrong: [1])
            try FileManager.default.removeItem(atPath: folder + "/a/result.json")
            let error = #expect(throws: FileError.self) { try compare(folder + "/a", folder + "/a") }
            #expect(error?.found == "an unfinished run")
            #expect(throws: FileError.self) { try compare(folder + "/none", folder + "/a") }
        }
    }

    @Test func listsOfDifferentLengthsAreLaidBesideEachOther() throws {
        func paths(_ texts: String...) throws -> [String] {
            ConfigDifference.all(among: try texts.map { try JSONValue.parse($0) }).map {
                "\($0.path): " + $0.values.map { $0?.line ?? "-" }.joined(separator: " ")
            }
        }
        #expect(try paths("[1, 2, 3]", "[1, 3]") == ["[1]: 2 -"])
        #expect(try paths("[1, 3]", "[1, 2, 3]", "[1, 2, 3, 4]") == ["[1]: - 2 2", "[3]: - - 4"])
        #expect(
            try paths(#"{"a": 1, "b": {"c": 2}}"#, #"{"a": 1, "b": {"c": 3, "d": 4}}"#) == [
                "b.c: 2 3", "b.d: - 4",
            ])
        #expect(try paths("[1, 2]", "[1, 5]") == ["[1]: 2 5"])
        #expect(try paths("[]", "[1, 2]") == ["[0]: - 1", "[1]: - 2"])
        #expect(try paths("{}", "{}") == [])
    }
}
