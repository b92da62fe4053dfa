import Configuration
import Foundation
import Testing

/// What a run shows: to a pipe, to a terminal, to programs.
@Suite struct OutputTests {
    @Test func aPipeGetsPlainLines() throws {
        try SmallExperiment.inFolder { folder in
            let ending = try BuiltProgram.run(SmallExperiment.run(folder))
            #expect(ending.status == 0 && ending.failures.isEmpty, "\(ending.errors)")
            let control = ending.output.unicodeScalars.filter {
                $0.properties.generalCategory == .control && $0 != "\n"
            }
            #expect(control.isEmpty)
            let lines = ending.output.split(separator: "\n")
            for epoch in 1...4 {
                #expect(lines.count { $0.hasPrefix("epoch \(epoch)  train_loss ") } == 1)
            }
            #expect(ending.output.contains("\ntrain: ") && ending.output.contains(" of the audio is lost\n"))
            #expect(ending.output.contains("\nleakage audit: "))
            #expect(ending.output.contains("\nResults: \(folder)/runs/small\nReport: "))
        }
    }

    @Test(arguments: [40, 80, 200])
    func aTerminalGetsABarAndALineForEachEpoch(columns: Int) throws {
        try SmallExperiment.inFolder { folder in
            let (shown, _) = try PseudoTerminal(columns: columns).run(SmallExperiment.run(folder))
            let bars = shown.components(separatedBy: "\r\u{1B}[K").dropFirst()
                .map { $0.split(separator: "\n", omittingEmptySubsequences: false)[0] }
                .filter { $0.contains("█") || $0.contains("░") }
            #expect(!bars.isEmpty)
            #expect(bars.allSatisfy { $0.count < columns })
            #expect(bars.contains { $0.contains("epoch 1") })
            let screen = try PseudoTerminal.screen(shown)
            for epoch in 1...4 {
                #expect(screen.count { $0.hasPrefix("epoch \(epoch)  train_loss ") } == 1)
            }
        }
    }

    @Test func aTerminalThatCannotMoveItsCursorGetsPlainLines() throws {
        try SmallExperiment.inFolder { folder in
            let (shown, _) = try PseudoTerminal(columns: 80).run(SmallExperiment.run(folder), kind: "dumb")
            #expect(!shown.contains("\u{1B}") && !shown.contains("\r"))
            #expect(shown.contains("\nepoch 4  train_loss "))
        }
    }

    @Test func quietShowsTheResultOnly() throws {
        try SmallExperiment.inFolder { folder in
            let ending = try BuiltProgram.run(SmallExperiment.run(folder, "--quiet"))
            #expect(ending.status == 0 && ending.failures.isEmpty)
            #expect(!ending.output.contains("epoch") && !ending.output.contains("Features of"))
            #expect(ending.output.contains("accuracy"))
        }
    }

    @Test func programsGetLinesOfJSON() throws {
        try SmallExperiment.inFolder { folder in
            let ending = try BuiltProgram.run(SmallExperiment.run(folder, "--json"))
            #expect(ending.status == 0 && ending.errors.isEmpty)
            let lines = try ending.output.split(separator: "\n").map { try JSONValue.parse(String($0)) }
            let events = lines.compactMap { $0["event"]?.text }
            #expect(events.count == lines.count)
            #expect(
                lines.filter { $0["event"] == "epoch" }.compactMap { $0["epoch"]?.integer } == [1, 2, 3, 4])
            #expect(events.first == "begin" && events.last == "result")
            #expect(lines.contains { $0["event"] == "remark" })
            #expect(lines.last?["result"]?["truncation"]?.elements?.count == 3)
            #expect(lines.last?["result"]?["test"]?["accuracy"]?.double != nil)
            #expect(lines.last?["run"]?.text == folder + "/runs/small")
        }
    }

    /// A fitted model has a time and a size, but no epochs and no counts of operations.
    @Test func aFittedModelIsDescribed() throws {
        try SmallExperiment.inFolder { folder in
            let config = folder + "/forest.json"
            try PlotTests.withSearch("null").write(toFile: config, atomically: true, encoding: .utf8)
            let checked = try BuiltProgram.run("check", config)
            #expect(checked.status == 0, "\(checked.errors)")
            #expect(checked.output.contains("random_forest  [8]         fitted              –\n"))
            #expect(checked.output.contains(" training examples of 12 values\n"))
            #expect(!checked.output.contains("multiply-adds per example"))
            let ending = try BuiltProgram.run("run", config, "--runs", folder + "/runs", "--no-cache")
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(ending.output.contains("\nrandom_forest: 10 trees with "))
            #expect(ending.output.contains("\nfitted in ") && !ending.output.contains("epoch"))
            let page = try String(contentsOfFile: folder + "/runs/forest/report.html", encoding: .utf8)
            #expect(page.contains("Fitted model") && !page.contains("Multiply-adds"))
            // A table of other clips.
            try "path,a\nx.wav,1\n".write(toFile: folder + "/other.csv", atomically: true, encoding: .utf8)
            let other = try BuiltProgram.run(
                "run", config, "--runs", folder + "/runs", "--name", "other", "--no-cache", "--set",
                #"features={"layout": {"type": "table", "file": "\#(folder)/other.csv"}}"#)
            #expect(other.status == 1)
            #expect(
                other.errors.contains(" clips is usable: ") && other.errors.contains("no row in ")
                    && other.errors.components(separatedBy: "allowed:").count == 2, "\(other.errors)")
        }
    }

    /// At the end, for people and for programs.
    @Test func aFailedTrainingIsReported() throws {
        try SmallExperiment.inFolder { folder in
            let set = ["--set", #"optimizer={"type": "adam", "learning_rate": 1000}"#]
            let ending = try BuiltProgram.run(SmallExperiment.run(folder, "--quiet") + set)
            let warning = "Training diverged: the loss is "
            #expect(ending.status == 0 && ending.errors.hasPrefix("warning: " + warning), "\(ending.errors)")
            let json = try BuiltProgram.run(SmallExperiment.run(folder, name: "json", "--json") + set)
            let last = try json.output.split(separator: "\n").last.map { try JSONValue.parse(String($0)) }
            let finding = last?["result"]?["findings"]?.elements?.first
            #expect(finding?["kind"]?.text == "loss_above_guessing", "\(json.output.suffix(300))")
            #expect(finding?["message"]?.text?.hasPrefix(warning) == true)
            let stored = try JSONValue.load(folder + "/runs/small/result.json")["findings"]
            #expect(stored == last?["result"]?["findings"])
        }
    }
}
