import Configuration
import Foundation
import Lab
import SpeechEmotion
import Testing

/// The commands on experiments whose models have an output for every step: label sequences, and frames.
@Suite(.serialized) struct StepCommandTests {
    private static let names = ["ctc", "frames"]

    private static func config(_ name: String) throws -> String {
        var json = try JSONValue.parse(SmallExperiment.text)
        for setting in [
            #"data={"source": {"type": "spoken_digits", "speakers": 8, "clips": 3, "digits": [1, 2]}}"#,
            #"split={"type": "k_fold", "by": "speaker", "folds": 2, "validation": 0.25}"#,
            #"features={"layout": {"type": "sequence", "frames": 60, "features": [{"type": "mel", "scale": "db", "n_fft": 512, "hop_length": 512, "n_mels": 12}]}}"#,
            #"model=[{"type": "feature_norm"}, {"type": "gru", "units": 8}, {"type": "dense", "units": "classes"}]"#,
            #"training={"epochs": 2, "batch_size": 8}"#, "augmentation={}", "evaluation={}",
            name == "ctc"
                ? #"loss={"type": "ctc"}"#
                : #"frame_labels={"merge": "speech", "unlabeled": "silence"}"#,
        ] { try json.set(setting) }
        return json.pretty()
    }

    /// A folder with the configs, and runs of two seeds of each.
    private static let made: Result<String, any Error> = Result {
        let folder = NSTemporaryDirectory() + "train-steps-\(getpid())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        atexit {
            try? FileManager.default.removeItem(atPath: NSTemporaryDirectory() + "train-steps-\(getpid())")
        }
        for name in names {
            try config(name).write(toFile: "\(folder)/\(name).json", atomically: false, encoding: .utf8)
            for seed in [1, 2] {
                let ending = try BuiltProgram.run(
                    "run", "\(folder)/\(name).json", "--runs", folder + "/runs", "--name", "\(name)\(seed)",
                    "--no-cache", "--quiet", "--set", "seed=\(seed)")
                try #require(ending.status == 0, "\(ending.errors)")
            }
        }
        return folder
    }

    private var folder: String { get throws { try Self.made.get() } }

    private func text(_ file: String) throws -> String { try String(contentsOfFile: file, encoding: .utf8) }

    private func metric(_ name: String) -> String { name == "ctc" ? "label_error_rate" : "uar" }

    @Test(arguments: names) func evaluateGivesTheSame(_ name: String) throws {
        let run = try folder + "/runs/\(name)1"
        try SmallExperiment.inFolder { own in
            let ending = try BuiltProgram.run(
                "evaluate", run, "--format", "json", "--out", own + "/out", "--no-cache")
            #expect(ending.status == 0, "\(ending.errors)")
            let found = try JSONValue.parse(ending.output)["test"]
            #expect(found == (try JSONValue.load(run + "/result.json")["test"]))
            #expect(try text(own + "/out/predictions.csv") == (try text(run + "/predictions.csv")))
            let data = #"{"source": {"type": "spoken_digits", "speakers": 3, "clips": 2, "seed": 9}}"#
            try data.write(toFile: own + "/data.json", atomically: false, encoding: .utf8)
            let other = try BuiltProgram.run(
                "evaluate", run, "--data", own + "/data.json", "--out", own + "/other", "--no-cache")
            #expect(other.status == 0, "\(other.errors)")
            #expect(try text(own + "/other/predictions.csv").contains("speaker-03/digits-2"))
            let both = try BuiltProgram.run(
                "evaluate", run, try folder + "/runs/\(name)2", "--out", own + "/x", "--no-cache")
            #expect(both.status == 1 && both.errors.contains("such models cannot vote"), "\(both.errors)")
        }
    }

    /// Tokens that the model does not know are an error that names them, are mapped, or count as errors.
    @Test func otherTokens() throws {
        let run = try folder + "/runs/ctc1"
        try SmallExperiment.inFolder { own in
            var manifest = "path,label\n"
            for number in 1...2 {
                let clip = SyntheticClip(
                    seed: 1, speaker: number, emotion: .neutral, statement: 1, repetition: 1, digits: [3, 1])
                try AudioFile.write(clip.wave(), to: own + "/\(number).wav")
                manifest += "\(number).wav,three 1\n"
            }
            try manifest.write(toFile: own + "/m.csv", atomically: false, encoding: .utf8)
            func evaluate(_ words: String...) throws -> BuiltProgram.Ending {
                try BuiltProgram.run(
                    ["evaluate", run, "--data", "manifest:\(own)/m.csv", "--no-cache"] + words)
            }
            let refused = try evaluate("--out", own + "/a")
            #expect(
                refused.status == 1 && refused.errors.contains("does not know: \"three\" (2 clips)"),
                "\(refused.errors)")
            let mapped = try evaluate("--out", own + "/b", "--labels", #"{"three": "3"}"#)
            #expect(mapped.status == 0, "\(mapped.errors)")
            #expect(try text(own + "/b/predictions.csv").contains(",3 1,"))
            let partial = try evaluate("--out", own + "/c", "--allow-partial", "--format", "json")
            #expect(partial.status == 0, "\(partial.errors)")
            #expect(try JSONValue.parse(partial.output)["test"]?["loss"]?.isNull == true)
        }
    }

    @Test(arguments: names) func compareTestsTheDifference(_ name: String) throws {
        let runs = try ["1", "2"].map { try folder + "/runs/\(name)\($0)" }
        let ending = try BuiltProgram.run("compare", runs[0], runs[1])
        #expect(ending.status == 0 && ending.output.contains(metric(name)), "\(ending.errors)")
        #expect(ending.output.contains("paired t-test over 4 speakers"), "\(ending.output)")
        let list = try BuiltProgram.run("runs", folder + "/runs")
        #expect(
            list.output.contains(metric(name)) && !list.output.contains("cannot be read"), "\(list.output)")
    }

    @Test(arguments: names) func crossValidationAndReport(_ name: String) throws {
        try SmallExperiment.inFolder { own in
            let sweep = #"{"folds": "all", "metric": "\#(metric(name))"}"#
            let ending = try BuiltProgram.run(
                "ablate", folder + "/\(name).json", "--runs", own, "--name", "cv", "--no-cache", "--set",
                "sweep=\(sweep)")
            #expect(ending.status == 0 && ending.output.contains(metric(name)), "\(ending.errors)")
            #expect(try text(own + "/cv/table.md").contains("over 8 test speakers: "))
            let report = try BuiltProgram.run("report", own + "/cv")
            #expect(report.status == 0, "\(report.errors)")
            let evaluated = try BuiltProgram.run(
                "evaluate", own + "/cv", "--subset", "validation", "--no-cache", "--out", own + "/e")
            #expect(evaluated.status == 0, "\(evaluated.errors)")
        }
    }

    @Test(arguments: names) func reportVerifyExportAndCheck(_ name: String) throws {
        let run = try folder + "/runs/\(name)1"
        let page = try text(run + "/report.html")
        let report = try BuiltProgram.run("report", run, "--no-cache")
        #expect(report.status == 0, "\(report.errors)")
        #expect(try text(run + "/report.html") == page)
        let verify = try BuiltProgram.run("verify", run, "--no-cache", "--quiet")
        #expect(
            verify.status == 0 && verify.output.contains("equal      predictions.csv"), "\(verify.errors)")
        let check = try BuiltProgram.run("check", folder + "/\(name).json")
        #expect(check.status == 0, "\(check.errors)")
        try SmallExperiment.inFolder { own in
            let export = try BuiltProgram.run("export", run, "--out", own + "/e")
            #expect(export.status == 0 && export.output.contains("model.onnx"), "\(export.errors)")
        }
    }

    @Test(arguments: names) func predictWritesStepsOfFiles(_ name: String) throws {
        let run = try folder + "/runs/\(name)1"
        try SmallExperiment.inFolder { own in
            let clip = SyntheticClip(
                seed: 1, speaker: 1, emotion: .neutral, statement: 1, repetition: 1, digits: [3, 1])
            try AudioFile.write(clip.wave(), to: own + "/a.wav")
            func predict(_ format: String) throws -> String {
                let ending = try BuiltProgram.run(
                    "predict", own + "/a.wav", "--model", run, "--format", format, "--no-cache")
                #expect(ending.status == 0, "\(ending.errors)")
                return ending.output
            }
            let json = try JSONValue.parse(predict("json"))
            let csv = try predict("csv")
            if name == "ctc" {
                #expect(json["tokens"]?.elements != nil && csv.hasPrefix("file,label,log_probability\n"))
            } else {
                let first = try #require(json["segments"]?.elements?.first)
                #expect(first["start"]?.double == 0 && first["probability"]?.double ?? 0 > 0.4)
                #expect(csv.hasPrefix("file,start,end,label,probability\n\(own)/a.wav,0.000,"), "\(csv)")
            }
            #expect(try predict("table").contains("a.wav"))
            let refused = try BuiltProgram.run("predict", own + "/a.wav", "--model", run, "--timeline")
            #expect(refused.status == 64 && refused.errors.contains("does not apply to a "))
        }
    }
}
