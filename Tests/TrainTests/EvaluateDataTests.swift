import Configuration
import Foundation
import Lab
import Metrics
import SpeechEmotion
import Testing

/// Evaluations on data whose labels are not the model's classes, and the folder that an evaluation leaves.
@Suite struct EvaluateDataTests {
    private let run: String

    init() throws { run = try SmallExperiment.finished.get() }

    /// The embedded corpus with other labels, 2 speakers.
    private func inData(_ labels: String, _ body: (_ folder: String, _ data: String) throws -> Void) throws {
        try SmallExperiment.inFolder { folder in
            let json =
                #"{"source": {"type": "synthetic", "speakers": 2, "repetitions": 1, "seed": 9}, "labels": \#(labels)}"#
            try json.write(toFile: folder + "/data.json", atomically: false, encoding: .utf8)
            try body(folder, folder + "/data.json")
        }
    }

    private func evaluate(_ folder: String, _ data: String, _ words: String...) throws -> BuiltProgram.Ending
    {
        try BuiltProgram.run(
            ["evaluate", run, "--data", data, "--out", folder + "/out", "--no-cache"] + words)
    }

    @Test func labelsThatDoNotMatchAreAnErrorThatMapsThem() throws {
        try inData(#"{"angry": "Anger", "happy": "HAPPY", "sad": "boredom"}"#) { folder, data in
            let ending = try evaluate(folder, data)
            #expect(ending.status == 1 && ending.output.isEmpty)
            #expect(!FileManager.default.fileExists(atPath: folder + "/out"))
            let lines = ending.errors.split(separator: "\n").map(String.init)
            #expect(lines[0].hasSuffix(" do not match the classes of \(run)"), "\(ending.errors)")
            #expect(
                lines[1]
                    == "  labels that are not classes of the model: \"Anger\" (4 clips), \"HAPPY\" (4 clips), \"boredom\" (4 clips); in total 12 of 32 clips"
            )
            #expect(lines[2].hasPrefix("  classes with clips: \"calm\" (4 clips), \"disgust\" (4 clips)"))
            #expect(lines[3] == "  classes of the model without clips: \"angry\", \"happy\", \"sad\"")
            #expect(
                lines[4]
                    == #"Map labels to classes, or to null to drop them, for example: --labels '{"Anger": "angry", "HAPPY": "happy", "boredom": null}'"#
            )
            #expect(lines[5] == "To evaluate on the matching clips and classes only, add --allow-partial.")

            // As proposed; a class without a clip is still an error, and allowed when asked for.
            let mapping = #"{"Anger": "angry", "HAPPY": "happy", "boredom": null}"#
            let mapped = try evaluate(folder, data, "--labels", mapping)
            #expect(
                mapped.status == 1 && mapped.errors.contains(#"map them: --labels '{"LABEL": "CLASS"}'"#)
                    && mapped.errors.contains(
                        "  classes of the model without clips: \"sad\"\nIf other labels"),
                "\(mapped.errors)")
            let partial = try evaluate(
                folder, data, "--labels", mapping, "--allow-partial", "--format", "json")
            #expect(partial.status == 0, "\(partial.errors)")
            #expect(partial.errors.contains("dropped by --labels: \"boredom\" (4 clips)\n"))
            #expect(
                partial.errors.contains(
                    "no clips of \"sad\": uar is averaged over the other classes, and macro_f1 counts the missing classes as 0\n"
                ))
            let predictions = try Predictions(contentsOf: folder + "/out/predictions.csv")
            #expect(predictions.ids.count == 28)
            let json = try JSONValue.load(folder + "/out/evaluation.json")
            #expect(json["labels"]?["Anger"]?.text == "angry" && json["labels"]?["boredom"]?.isNull == true)
            #expect(json["clips"]?.double == 28 && json["left_out"]?.elements?.count == 2)
        }
    }

    /// A mapping of all labels gives what the data without other labels give.
    @Test func mappedLabelsAreThoseOfTheModel() throws {
        try inData(#"{"angry": "anger", "happy": "joy"}"#) { folder, data in
            let mapped = try evaluate(
                folder, data, "--labels", #"{"anger": "angry", "joy": "happy"}"#, "--format", "json")
            #expect(mapped.status == 0, "\(mapped.errors)")
            try inData("{}") { other, data in
                let plain = try evaluate(other, data, "--format", "json")
                #expect(plain.status == 0 && plain.output == mapped.output, "\(plain.errors)")
            }
        }
    }

    /// Up to a tenth of the clips is left out with a note.
    @Test func aFewStrangersAreANote() throws {
        try SmallExperiment.inFolder { folder in
            let list = try manifest(folder)
            let ending = try evaluate(folder, "manifest:" + list)
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(
                ending.errors.contains("skipped, not a class of \(run): \"bored\" (2 clips)\n"),
                "\(ending.errors)")
        }
    }

    /// A table of 26 files: tones, three of each class, and two of a class that no model knows.
    private func manifest(_ folder: String) throws -> String {
        let labels = ["angry", "calm", "disgust", "fearful", "happy", "neutral", "sad", "surprised"]
        var rows = ["path,label"]
        let tone = Waveform((0..<8000).map { Float(0.3 * sin(Double($0) / 5)) }, rate: 8000)
        for (index, label) in (labels + labels + labels + ["bored", "bored"]).enumerated() {
            try AudioFile.write(tone, to: "\(folder)/\(index).wav")
            rows.append("\(index).wav,\(label)")
        }
        try rows.joined(separator: "\n").write(
            toFile: folder + "/list.csv", atomically: false, encoding: .utf8)
        return folder + "/list.csv"
    }

    /// Unreadable clips count as dropped clips, and a class of which no clip can be read is missing.
    @Test func unreadableClipsCountAsDropped() throws {
        try SmallExperiment.inFolder { folder in
            let list = try manifest(folder)
            // All clips of "angry"; two others have unknown labels.
            for index in [0, 8, 16] {
                try Data("none".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(index).wav"))
            }
            let ending = try evaluate(folder, "manifest:" + list)
            #expect(ending.status == 1 && !FileManager.default.fileExists(atPath: folder + "/out"))
            for words in [
                "3 of 26 clips of ", " cannot be used, such as ",
                "  clips with labels that are not classes of \(run): 2\n",
                "  classes of the model without usable clips: \"angry\"\n", "add --allow-partial.",
            ] { #expect(ending.errors.contains(words), "\(ending.errors)") }
            let partial = try evaluate(folder, "manifest:" + list, "--allow-partial")
            #expect(partial.status == 0, "\(partial.errors)")
            let warning =
                "no clip of \"angry\" in the test set could be used: uar is averaged over the other classes, and macro_f1 counts the missing classes as 0"
            #expect(partial.errors.contains("warning: \(warning)\n"), "\(partial.errors)")
            let skipped = try JSONValue.load(folder + "/out/result.json")["skipped"]?.elements?.first
            #expect(skipped?["clips"]?.integer == 24 && skipped?["skipped"]?.integer == 3)
            #expect(skipped?["lost_classes"]?.elements?.compactMap(\.text) == ["angry"])
            let page = try String(contentsOfFile: folder + "/out/report.html", encoding: .utf8)
            #expect(page.contains("in the test set could be used: uar is averaged"))
        }
    }

    @Test(arguments: [
        (#"{"angry": "angri"}"#, "--labels: found \"angri\", which is not a class of "),
        (#"{"angry": "angri"}"#, "; did you mean \"angry\"?; allowed: \"angry\", \"calm\""),
        (#"{"Angri": "angry"}"#, "--labels: found \"Angri\", which is not a label of "),
        (#"{"angry": 3}"#, "labels.angry"),
        ("angry=angry", "--labels"),
    ])
    func aMappingThatIsWrong(_ labels: String, _ message: String) throws {
        try inData("{}") { folder, data in
            let ending = try evaluate(folder, data, "--labels", labels)
            #expect(ending.status == 1 && ending.errors.contains(message), "\(ending.errors)")
        }
    }

    @Test func nothingThatMatchesIsAnError() throws {
        try inData(
            #"{"angry": "a", "calm": "b", "disgust": "c", "fearful": "d", "happy": "e", "neutral": "f", "sad": "g", "surprised": "h"}"#
        ) { folder, data in
            let none = try evaluate(folder, data, "--allow-partial")
            #expect(
                none.status == 1
                    && none.errors.contains("found no clips with a class of \(run), only \"a\" (4 clips)")
                    && none.errors.contains("; use --labels to map labels to classes"), "\(none.errors)")
        }
    }

    @Test func optionsForOtherDataNeedData() throws {
        for (words, name) in [(["--labels", "{}"], "--labels"), (["--allow-partial"], "--allow-partial")] {
            let ending = try BuiltProgram.run(["evaluate", run] + words)
            #expect(
                ending.status == 64
                    && ending.errors.contains("error: \(name) requires --data"),
                "\(ending.errors)")
        }
    }

    /// Below the run's folder, with a number where the name is taken.
    @Test func anEvaluationHasAFolderOfItsOwn() throws {
        try SmallExperiment.inFolder { folder in
            let copy = folder + "/copy"
            try FileManager.default.copyItem(atPath: run, toPath: copy)
            try? FileManager.default.removeItem(atPath: copy + "/evaluations")
            for name in ["test", "test-2"] {
                let ending = try BuiltProgram.run("evaluate", copy, "--no-cache")
                let place = copy + "/evaluations/" + name
                #expect(
                    ending.output.hasSuffix(
                        "\nResults: \(place)\nReport: \(place)/report.html\n"),
                    "\(ending.output)\(ending.errors)")
                let files = try FileManager.default.contentsOfDirectory(atPath: place).sorted()
                #expect(
                    files == [
                        "classification.txt", "evaluation.json", "plots", "predictions.csv", "report.html",
                        "result.json",
                    ])
                let page = try String(contentsOfFile: place + "/report.html", encoding: .utf8)
                for heading in ["Confusion matrix", "Classes", "Speakers", "Results", "Truncation"] {
                    #expect(page.contains("<h2>\(heading)</h2>"), "\(heading)")
                }
                #expect(
                    try Data(contentsOf: URL(fileURLWithPath: place + "/predictions.csv"))
                        == Data(contentsOf: URL(fileURLWithPath: copy + "/predictions.csv")))
            }
            let taken = try BuiltProgram.run("evaluate", copy, "--out", copy, "--no-cache")
            #expect(
                taken.status == 1
                    && taken.errors.contains(
                        "\(copy): --out: found a folder that is not empty; allowed: a new or empty folder; an evaluation overwrites nothing"
                    ), "\(taken.errors)")
            let file = try BuiltProgram.run("evaluate", copy, "--out", folder + "/small.json", "--no-cache")
            #expect(
                file.status == 1 && file.errors.contains("--out: found a file; allowed: "), "\(file.errors)")
        }
    }
}
