import Configuration
import Foundation
import Lab
import Testing

/// Tables of results that the program fills, and repeats.
@Suite struct ReproduceTests {
    private static func table(_ rows: String) -> String {
        #"{"format": "prosody-table-1", "title": "Small", "metric": "uar", "rows": [\#(rows)]}"#
    }

    private func inFolder(_ rows: String, _ body: (_ table: String, _ runs: String) throws -> Void) throws {
        try SmallExperiment.inFolder { folder in
            let file = folder + "/table.json"
            try Self.table(rows).write(toFile: file, atomically: false, encoding: .utf8)
            try body(file, folder + "/runs")
        }
    }

    @Test func aTableIsFilledAndHolds() throws {
        let row =
            #"{"name": "two seeds", "config": "small.json", "set": {"training.epochs": 1}, "seeds": [3, 4]}"#
        try inFolder(row) { file, runs in
            let words = ["reproduce", file, "--runs", runs, "--no-cache", "--jobs", "2"]
            let first = try BuiltProgram.run(words)
            #expect(first.status == 0, "\(first.errors)")
            let result = try #require(try ResultsTable.read(file).rows[0].result)
            #expect(result.runs.map(\.seed) == [3, 4] && result.metrics.contains { $0.metric == "uar" })
            #expect(
                result.runs.allSatisfy { $0.model.count == 64 }
                    && result.runs[0].model != result.runs[1].model)
            let filled = FileManager.default.contents(atPath: file)
            // Nothing is left to run, so that the run folders are not needed.
            try FileManager.default.removeItem(atPath: runs)
            let second = try BuiltProgram.run(words)
            #expect(second.status == 0 && second.output == first.output)
            #expect(result.metrics.allSatisfy { $0.seedDeviation != nil && $0.foldDeviation == nil })
            #expect(first.output.contains("SD: standard deviation between seeds"), "\(first.output)")
            let latex = try BuiltProgram.run("reproduce", file, "--print", "--format", "latex")
            #expect(latex.status == 0 && latex.output.contains("\\toprule"), "\(latex.output)")
            let json = try BuiltProgram.run("reproduce", file, "--print", "--format", "json")
            let uar = try #require(result.metrics.first { $0.metric == "uar" })
            #expect(json.output.contains("\"uar\": \(uar.pooled ?? uar.mean ?? .nan)"), "\(json.output)")
            #expect(FileManager.default.contents(atPath: file) == filled)
            #expect(!FileManager.default.fileExists(atPath: runs))

            let verify = ["verify", file, "--row", "two seeds", "--quiet", "--no-cache"]
            let holds = try BuiltProgram.run(verify)
            #expect(holds.status == 0 && holds.output.contains("was reproduced"), "\(holds.errors)")
            var table = try ResultsTable.read(file)
            table.rows[0].result?.runs[0].model = "0"
            try table.write(to: file)
            let broken = try BuiltProgram.run(verify)
            #expect(broken.status == 1 && broken.errors.contains("the model differs"), "\(broken.errors)")
            #expect(!broken.errors.contains("the predictions differ"))
        }
    }

    @Test func aRowThatFailsDoesNotStopTheRest() throws {
        let rows = #"""
            {"name": "missing", "config": "no-such.json"},
            {"name": "one", "config": "small.json", "set": {"training.epochs": 1}}
            """#
        try inFolder(rows) { file, runs in
            let ending = try BuiltProgram.run("reproduce", file, "--runs", runs, "--no-cache")
            #expect(ending.status == 1 && ending.errors.contains("row \"missing\""), "\(ending.errors)")
            let table = try ResultsTable.read(file)
            #expect(table.rows[0].result == nil && table.rows[1].result?.runs.count == 1)
            let shown = try BuiltProgram.run("reproduce", file, "--print", "--format", "markdown")
            #expect(shown.status == 0 && shown.output.contains("| missing |"), "\(shown.output)")
            let unknown = try BuiltProgram.run("reproduce", file, "--row", "two")
            #expect(unknown.status == 1 && unknown.errors.contains("\"missing\", \"one\""))
            #expect(try BuiltProgram.run("verify", file).status == 64)
        }
    }

    private static func lines(_ file: String) throws -> [String] {
        try String(contentsOfFile: package + "/" + file, encoding: .utf8).components(separatedBy: "\n")
    }

    /// Above each generated table, a comment has the command that prints it.
    @Test(arguments: ["README.md", "Experiments/README.md"])
    func tablesInTheDocumentationAreUpToDate(file: String) throws {
        let lines = try Self.lines(file)
        let starts = lines.indices.filter { lines[$0].hasPrefix("<!-- Train reproduce ") }
        #expect(!starts.isEmpty)
        for start in starts {
            var place = BuiltProgram.Surroundings()
            place.folder = package
            let words = lines[start].dropFirst("<!-- Train ".count).dropLast(" -->".count)
            let printed = try BuiltProgram.run(words.split(separator: " ").map(String.init), place)
            let rows = printed.output.components(separatedBy: "\n").filter { $0.hasPrefix("|") }
            #expect(printed.status == 0 && !rows.isEmpty, "\(printed.errors)")
            let shown = lines[start...].prefix { $0 != "<!-- end of table -->" }.filter { $0.hasPrefix("|") }
            #expect(shown == rows, "to update the table, run Scripts/tables")
        }
    }

    /// Results in other tables are those of the results table, if they are from the same number of seeds.
    @Test func documentedResultsAreThoseOfTheResultsTable() throws {
        let table = try ResultsTable.read(package + "/Experiments/tables/five-systems.json")
        let lines = try Self.lines("Experiments/README.md") + Self.lines("Documentation/published-systems.md")
        var count = 0
        for row in table.rows {
            guard let result = row.result else { continue }
            let hasSeeds = Set(result.runs.map(\.seed)).count > 1
            let config = "`\(row.config.dropFirst("../".count))` |"
            for line in lines
            where ["(c)", "fold", config].allSatisfy({ line.contains($0) })
                && line.contains("seeds") == hasSeeds
            {
                count += 1
                for name in ["accuracy", "uar"] {
                    let mean = try #require(result.metrics.first { $0.metric == name }?.mean)
                    let text = String(format: "| %.3f ", mean)
                    #expect(
                        line.contains(text), "\(row.name): \(name) is \(text)in the results table: \(line)")
                }
            }
        }
        #expect(count > 0)
    }
}
