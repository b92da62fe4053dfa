import Configuration
import Foundation
import ServerTestSupport
import SpeechEmotion
import Testing

/// Warnings about single runs are also given where several runs are one result.
@Suite struct FoldWarningTests {
    /// Calls `body` with a folder, the config of a cross-validation of two folds in it, and the folder of its runs.
    private func inFolder(
        _ settings: [String], _ body: (_ folder: String, _ config: String, _ run: String) throws -> Void
    ) throws {
        try SmallExperiment.inFolder { folder in
            var json = try JSONValue.parse(SmallExperiment.text)
            for setting in [
                #"split={"type": "k_fold", "folds": 2, "by": "speaker", "validation": 1}"#,
                #"sweep={"seeds": 1, "folds": "all"}"#,
            ] + settings { try json.set(setting) }
            try json.pretty().write(toFile: folder + "/small.json", atomically: false, encoding: .utf8)
            try body(folder, folder + "/small.json", folder + "/runs/small")
        }
    }

    private func ablate(_ folder: String) throws -> BuiltProgram.Ending {
        try BuiltProgram.run(
            "ablate", folder + "/small.json", "--runs", folder + "/runs", "--jobs", "2", "--no-cache")
    }

    /// Of all members: at the end, in the table, in the report and in the list of runs.
    @Test func failedTrainingAndTruncationAreReported() throws {
        let settings = [
            "features.layout.frames=10", #"optimizer={"type": "adam", "learning_rate": 1000}"#,
        ]
        try inFolder(settings) { folder, _, run in
            let ending = try ablate(folder)
            #expect(ending.status == 0, "\(ending.errors)")
            let diverged =
                "training diverged in both runs: in base-seed1-fold1: Training diverged: the loss is "
            let truncated =
                "clips are truncated in both runs: up to 64 of 64 clips of a run by features.layout.frames; up to "
            for sentence in [diverged, truncated] {
                #expect(ending.errors.contains("warning: \(sentence)"), "\(ending.errors)")
            }
            let note = "Warning: training diverged in both runs."
            #expect(ending.output.contains(note), "\(ending.output)")
            let table = try String(contentsOfFile: run + "/table.md", encoding: .utf8)
            #expect(table.contains(note) && table.contains("Warning: clips are truncated in both runs."))
            let page = try String(contentsOfFile: run + "/report.html", encoding: .utf8)
            #expect(page.contains("Warning: " + diverged) && page.contains("Warning: " + truncated))
            let listed = try BuiltProgram.run("runs", folder + "/runs", "--format", "json")
            let row = try JSONValue.parse(listed.output)["rows"]?.elements?.first
            let words = row?["warnings"]?.text ?? ""
            #expect(words.contains("training diverged (2 of 2 runs); "), "\(listed.output)")
            #expect(words.hasSuffix("clips are truncated (2 of 2 runs)"), "\(listed.output)")
        }
    }

    /// An ensemble has no decision rule; the commands on one name the rule that it uses.
    @Test func ensemblesNameTheirDecision() throws {
        try inFolder([#"evaluation={"thresholds": {"classes": "uar"}}"#]) { folder, _, run in
            let ending = try ablate(folder)
            #expect(ending.status == 0, "\(ending.errors)")
            let sound = folder + "/tone.wav"
            try AudioFile.write(
                Waveform((0..<8000).map { Float(0.3 * sin(Double($0) / 7)) }, rate: 8000), to: sound)
            let data = folder + "/data.json"
            try #"{"source": {"type": "synthetic", "speakers": 2, "repetitions": 1}}"#.write(
                toFile: data, atomically: false, encoding: .utf8)
            let note =
                "note: the decision rules of the models (evaluation.thresholds) are not used: an ensemble predicts the most probable class\n"
            for words in [
                ["predict", sound, "--model", run, "--no-cache"],
                ["combine", run, "--out", folder + "/both.safetensors"],
                ["export", run, "--out", folder + "/export"],
                ["evaluate", run, "--data", data, "--ensemble", "--out", folder + "/out", "--no-cache"],
            ] {
                let ending = try BuiltProgram.run(words)
                #expect(ending.status == 0 && ending.errors.contains(note), "\(words): \(ending.errors)")
            }
            let call = try BuiltProgram.begin(
                "serve", "--model", run, "--runs", folder + "/runs", "--port", "0")
            #expect(call.wait { call.outputSoFar.hasSuffix("/\n") })
            let port = try #require(call.outputSoFar.firstMatch(of: /:([0-9]+)\//).flatMap { Int($0.1) })
            let client = try Client(port, timeout: 60)
            // The ensemble, one of its models by the name of its run, and one that is not a run.
            let models: [(String, String?)] = [
                ("small", note), ("small/base-seed1-fold1", nil), ("small/none", nil),
            ]
            for (model, words) in models {
                let answer = try client.get(
                    "/api/predict?example=speaker-01/happy-1-1&attention=0&model=\(model)")
                #expect(answer.status == (model.hasSuffix("none") ? 404 : 200), "\(answer.text)")
                let prediction = try JSONValue.parse(answer.text)["predictions"]?.elements?.first
                #expect(prediction?["note"]?.text.map { "note: \($0)\n" } == words)
            }
            kill(call.id, SIGTERM)
            let served = try call.end()
            #expect(served.status == 0 && served.errors == note, "\(served.errors)")
            // A single model keeps its rule, also in Python.
            let single = run + "/runs/base-seed1-fold1"
            let predicted = try BuiltProgram.run("predict", sound, "--model", single, "--no-cache")
            #expect(predicted.status == 0 && !predicted.errors.contains("decision rules"))
            #expect(try BuiltProgram.run("export", single, "--out", folder + "/one").status == 0)
            let rules = try ["one", "export"].map { name in
                try String(contentsOfFile: "\(folder)/\(name)/features.py", encoding: .utf8)
                    .split(separator: "\n").first { $0.hasPrefix("RULE = ") }
            }
            #expect(rules[0]?.hasPrefix(#"RULE = {"weights": ["#) == true && rules[1] == "RULE = {}")
        }
    }

    /// A class of which no test clip can be read is a warning of the run and of the cross-validation.
    @Test func aClassThatIsLostIsReported() throws {
        try SmallExperiment.inFolder { folder in
            var corpus = SyntheticCorpus()
            (corpus.speakers, corpus.repetitions) = (4, 1)
            let clips = corpus.read().clips
            let speakers = Set(clips.compactMap(\.speaker)).sorted()
            var lines = ["path,label,speaker"]
            for (number, clip) in clips.enumerated() {
                let file = "\(folder)/\(number).wav"
                try AudioFile.write(clip.wave(), to: file)
                if clip.speaker == speakers[0], clip.label == "sad" {
                    try Data("none".utf8).write(to: URL(fileURLWithPath: file))
                }
                lines.append("\(number).wav,\(clip.label),\(clip.speaker ?? "")")
            }
            try lines.joined(separator: "\n").write(
                toFile: folder + "/clips.csv", atomically: false, encoding: .utf8)
            var json = try JSONValue.parse(SmallExperiment.text)
            for setting in [
                #"data={"source": {"type": "manifest", "file": "\#(folder)/clips.csv"}}"#,
                #"split={"type": "listed", "test": ["\#(speakers[0])"], "validation": ["\#(speakers[1])"]}"#,
            ] { try json.set(setting) }
            try json.pretty().write(toFile: folder + "/small.json", atomically: false, encoding: .utf8)
            let ending = try BuiltProgram.run(SmallExperiment.run(folder, "--quiet"))
            let warning =
                "no clip of \"sad\" in the test set could be used: uar is averaged over the other classes, and macro_f1 counts the missing classes as 0."
            #expect(
                ending.status == 0 && ending.errors.contains("warning: \(warning)\n"), "\(ending.errors)")
            let run = folder + "/runs/small"
            let skipped = try JSONValue.load(run + "/result.json")["skipped"]?.elements ?? []
            #expect(skipped.map { $0["subset"]?.text } == ["test"])
            #expect(skipped.first?["lost_classes"]?.elements?.compactMap(\.text) == ["sad"])
            let page = try String(contentsOfFile: run + "/report.html", encoding: .utf8)
            #expect(page.contains("in the test set could be used: uar is averaged"))
            let listed = try BuiltProgram.run("runs", folder + "/runs", "--format", "json")
            let words = try JSONValue.parse(listed.output)["rows"]?.elements?.first?["warnings"]?.text ?? ""
            #expect(words.contains("a class has no usable clip in the test set"), "\(listed.output)")
            #expect(words.hasSuffix("clips were skipped"), "\(listed.output)")
        }
    }
}
