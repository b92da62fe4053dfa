import Configuration
import Foundation
import Lab
import Metrics
import SpeechEmotion
import Testing

/// The commands on experiments with targets.
@Suite struct TargetCommandTests {
    private static func config(_ edit: (inout JSONValue) throws -> Void = { _ in }) throws -> String {
        var json = try JSONValue.parse(SmallExperiment.text)
        for setting in [
            "data.source.ratings=true", "data.source.speakers=6", "split.test=2",
            #"model[5].units="targets""#,
            #"evaluation={"groups": ["gender", "speaker"], "conformal": 0.8, "calibration": "temperature"}"#,
            #"targets=[{"type": "regression", "column": "arousal", "range": [1, 5], "loss": {"type": "concordance"}}, {"type": "classification", "weight": 0.5}]"#,
        ] { try json.set(setting) }
        try edit(&json)
        return json.pretty()
    }

    /// A folder with the config, and runs of two seeds.
    private static let made: Result<String, any Error> = Result {
        let folder = NSTemporaryDirectory() + "train-targets-\(getpid())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        atexit {
            try? FileManager.default.removeItem(atPath: NSTemporaryDirectory() + "train-targets-\(getpid())")
        }
        try config().write(toFile: folder + "/small.json", atomically: false, encoding: .utf8)
        for seed in [1, 2] {
            let ending = try BuiltProgram.run(
                SmallExperiment.run(folder, name: "seed\(seed)", "--quiet", "--set", "seed=\(seed)"))
            try #require(ending.status == 0, "\(ending.errors)")
        }
        return folder
    }

    private var folder: String { get throws { try Self.made.get() } }
    private var run: String { get throws { try folder + "/runs/seed1" } }

    private func text(_ file: String) throws -> String { try String(contentsOfFile: file, encoding: .utf8) }

    @Test func aRunLeavesItsFiles() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: run)
        for name in ["targets.txt", "columns.csv", "groups.csv", "gaps.csv", "decisions.json", "report.html"]
        {
            #expect(files.contains(name), "\(name)")
        }
        #expect(!files.contains("classification.txt"))
        let page = try text(run + "/report.html")
        for words in [
            "arousal: predictions and true values", "arousal: residuals",
            "label: predictions and true classes", "label: accuracy by speaker",
            "Metrics by group", "Gaps between groups", "conformal prediction with a coverage of 80.0%",
            "risk-coverage curve", "a temperature of",
        ] { #expect(page.contains(words), "\(words)") }
        let plots = try FileManager.default.contentsOfDirectory(atPath: run + "/plots")
        #expect(plots.contains("target-arousal.svg") && plots.contains("target-arousal-residuals.svg"))
        let header = try text(run + "/predictions.csv").prefix { $0 != "\n" }
        #expect(
            header.hasPrefix("file,speaker,arousal,arousal.predicted,label,label.predicted,label.p.angry,"))
        let gaps = try text(run + "/gaps.csv")
        #expect(gaps.contains("\nspeaker,ccc,") && gaps.contains("\nspeaker,uar,"))
        let json = try JSONValue.load(run + "/decisions.json")
        #expect(json["targets"]?.elements?.map { $0["target"]?.text } == ["arousal", "label"])
        #expect((json["targets"]?.elements?[1]["temperature"]?.double ?? 0) > 0)
    }

    @Test func checkAndReportAndVerify() throws {
        let check = try BuiltProgram.run("check", folder + "/small.json")
        #expect(check.status == 0 && check.output.contains("small.json: OK"), "\(check.errors)")
        let page = try text(run + "/report.html")
        let report = try BuiltProgram.run("report", run, "--no-cache")
        #expect(report.status == 0, "\(report.errors)")
        #expect(try text(run + "/report.html") == page)
        let verify = try BuiltProgram.run("verify", run, "--no-cache", "--quiet")
        #expect(verify.status == 0 && verify.output.contains("equal      targets.txt"), "\(verify.errors)")
    }

    @Test func evaluateGivesTheSameMetrics() throws {
        try SmallExperiment.inFolder { own in
            let ending = try BuiltProgram.run(
                "evaluate", run, "--format", "json", "--out", own + "/out", "--no-cache")
            #expect(ending.status == 0, "\(ending.errors)")
            let found = try JSONValue.parse(ending.output)["test"]
            let wanted = try JSONValue.load(run + "/result.json")["test"]
            #expect(found?["ccc"]?.double == wanted?["ccc"]?.double && found?["uar"] == wanted?["uar"])
            #expect(try text(own + "/out/predictions.csv") == (try text(run + "/predictions.csv")))
            // Other clips with the same columns; labels cannot be renamed here.
            let data =
                #"{"source": {"type": "synthetic", "speakers": 3, "repetitions": 1, "seed": 9, "ratings": true}}"#
            try data.write(toFile: own + "/data.json", atomically: false, encoding: .utf8)
            let other = try BuiltProgram.run(
                "evaluate", run, "--data", own + "/data.json", "--out", own + "/other", "--no-cache")
            #expect(other.status == 0 && other.output.contains("arousal: 48 examples"), "\(other.errors)")
            let refused = try BuiltProgram.run(
                "evaluate", run, "--data", own + "/data.json", "--labels", #"{"angry": "sad"}"#, "--out",
                own + "/x", "--no-cache")
            #expect(
                refused.status == 1 && refused.errors.contains("--labels applies to classifiers"),
                "\(refused.errors)")
            let none = #"{"source": {"type": "synthetic", "speakers": 3, "repetitions": 1}}"#
            try none.write(toFile: own + "/none.json", atomically: false, encoding: .utf8)
            let without = try BuiltProgram.run(
                "evaluate", run, "--data", own + "/none.json", "--out", own + "/y", "--no-cache")
            #expect(
                without.status == 1 && without.errors.contains("the column \"arousal\", which no clip has"),
                "\(without.errors)")
        }
    }

    @Test func seedsAreAnEnsembleAndAreCompared() throws {
        try SmallExperiment.inFolder { own in
            let (one, two) = try (folder + "/runs/seed1", folder + "/runs/seed2")
            let both = try BuiltProgram.run("evaluate", one, two, "--out", own + "/out", "--no-cache")
            #expect(both.status == 0 && both.output.contains("arousal: "), "\(both.errors)")
            let compare = try BuiltProgram.run("compare", one, two, "--format", "csv")
            #expect(compare.status == 0, "\(compare.errors)")
            for name in ["ccc", "pearson", "uar", "rmse"] {
                #expect(compare.output.contains(name), "\(name)")
            }
        }
    }

    @Test func predictWritesEveryTarget() throws {
        try SmallExperiment.inFolder { own in
            let wave = own + "/a.wav"
            try Self.writeTone(wave)
            let json = try BuiltProgram.run("predict", wave, "--model", run, "--format", "json", "--no-cache")
            #expect(json.status == 0, "\(json.errors)")
            let targets = try JSONValue.parse(json.output)["targets"]
            let value = try #require(targets?["arousal"]?["value"]?.double)
            let interval = try #require(targets?["arousal"]?["interval"]?.elements).compactMap(\.double)
            #expect(interval.count == 2 && interval[0] < value && value < interval[1])
            #expect(targets?["label"]?["label"]?.text != nil)
            #expect(targets?["label"]?["prediction_set"]?.elements != nil)
            let csv = try BuiltProgram.run("predict", wave, "--model", run, "--format", "csv", "--no-cache")
            #expect(csv.output.hasPrefix("file,arousal,label,label.p.angry,"), "\(csv.output)")
            let table = try BuiltProgram.run("predict", wave, "--model", run, "--no-cache")
            #expect(table.status == 0 && table.output.contains("arousal"), "\(table.errors)")
            // A saliency map explains the first target, or the one that is named.
            for (output, explained) in [(nil, "arousal"), ("label:sad", "label:sad"), ("nothing", nil)] {
                let saliency = try BuiltProgram.run(
                    [
                        "predict", wave, "--model", run, "--format", "json", "--saliency", "gradient",
                        "--no-cache",
                    ] + (output.map { ["--output", $0] } ?? []))
                guard let explained else {
                    #expect(
                        saliency.status != 0 && saliency.errors.contains("\"label:sad\""),
                        "\(saliency.errors)")
                    continue
                }
                let map = try JSONValue.parse(saliency.output)["saliency"]
                #expect(map?["class"]?.text == explained && map?["values"]?.elements?.isEmpty == false)
            }
            let export = try BuiltProgram.run("export", run, "--out", own + "/export")
            #expect(export.status == 0, "\(export.errors)")
        }
    }

    /// A support vector regression from the search to the export.
    @Test func classicalModelsTakePartInEveryCommand() throws {
        try SmallExperiment.inFolder { own in
            let config = try Self.config {
                for setting in [
                    #"features.layout={"type": "summary", "entries": [{"feature": {"type": "mfcc"}, "statistics": ["mean", "std"]}]}"#,
                    #"targets=[{"type": "regression", "column": "arousal", "range": [1, 5]}, {"type": "regression", "column": "valence"}]"#,
                    #"model=[{"type": "standard_scaler"}, {"type": "svr"}]"#,
                    #"evaluation={"conformal": 0.8}"#,
                    #"search={"method": {"type": "grid"}, "parameters": {"model[1].C": [0.01, 10]}, "folds": 2, "metric": "ccc"}"#,
                ] { try $0.set(setting) }
            }
            try config.write(toFile: own + "/small.json", atomically: false, encoding: .utf8)
            let check = try BuiltProgram.run("check", own + "/small.json")
            #expect(check.status == 0, "\(check.errors)")
            let ending = try BuiltProgram.run(SmallExperiment.run(own, "--quiet"))
            try #require(ending.status == 0, "\(ending.errors)")
            let run = own + "/runs/small"
            #expect(try JSONValue.load(run + "/result.json")["search"]?["model[1].C"]?.double == 10)
            let evaluate = try BuiltProgram.run(
                "evaluate", run, "--format", "json", "--out", own + "/out", "--no-cache")
            #expect(
                try JSONValue.parse(evaluate.output)["test"] == JSONValue.load(run + "/result.json")["test"],
                "\(evaluate.errors)")
            let ridge = try BuiltProgram.run(
                SmallExperiment.run(
                    own, name: "ridge", "--quiet", "--set", "search=null", "--set",
                    #"model=[{"type": "standard_scaler"}, {"type": "ridge"}]"#))
            #expect(ridge.status == 0, "\(ridge.errors)")
            let compare = try BuiltProgram.run("compare", run, own + "/runs/ridge", "--format", "csv")
            #expect(compare.status == 0 && compare.output.contains("valence.ccc"), "\(compare.errors)")
            let wave = own + "/a.wav"
            try Self.writeTone(wave)
            let predict = try BuiltProgram.run(
                "predict", wave, "--model", run, "--format", "json", "--no-cache")
            #expect(
                try JSONValue.parse(predict.output)["targets"]?["valence"]?["interval"]?.elements?.count == 2,
                "\(predict.errors)")
            let export = try BuiltProgram.run("export", run, "--out", own + "/export")
            #expect(
                export.status == 0 && FileManager.default.fileExists(atPath: own + "/export/model.onnx"),
                "\(export.errors)")
            let importance = try BuiltProgram.run(
                "plot", "importance", run, "--no-cache", "--out", own + "/i.svg")
            #expect(importance.status == 0, "\(importance.errors)")
            #expect(try text(own + "/i.svg").contains("decrease in CCC when shuffled"))
            let forest = try BuiltProgram.run(
                SmallExperiment.run(
                    own, name: "forest", "--quiet", "--set", "search=null", "--set",
                    #"model={"type": "random_forest_regressor", "n_estimators": 5}"#))
            #expect(forest.status == 0, "\(forest.errors)")
            for words in [
                ["shap", own + "/runs/forest", "--class", "valence"],
                ["importance", own + "/runs/forest", "--method", "shap"],
            ] {
                let plot = try BuiltProgram.run(["plot"] + words + ["--no-cache", "--out", own + "/s.svg"])
                #expect(plot.status == 0, "\(plot.errors)")
                #expect(try text(own + "/s.svg").contains("predicted value"))
            }
            let refused = try BuiltProgram.run("plot", "shap", own + "/runs/forest", "--class", "joy")
            #expect(refused.status == 64 && refused.errors.contains("unknown output"), "\(refused.errors)")
        }
    }

    /// Several labels with fitted thresholds, by a network and by a separate classifier for each: the decisions of a run are those of its
    /// evaluation and of predictions.
    @Test(arguments: [
        #"model[5].units="targets""#,
        #"model=[{"type": "standard_scaler"}, {"type": "multi_output", "estimator": {"type": "logistic_regression"}}]"#,
    ])
    func thresholdsOfLabels(_ model: String) throws {
        let isFitted = model.contains("multi_output")
        try SmallExperiment.inFolder { own in
            let config = try Self.config {
                for setting in [
                    #"targets=[{"type": "multi_label", "labels": {"aroused": "is_aroused", "pleasant": "is_pleasant"}}]"#,
                    #"evaluation={"thresholds": {"labels": "f1"}}"#, model,
                    #"data={"source": {"type": "manifest", "file": "\#(own)/clips.csv"}}"#,
                    #"split={"type": "grouped", "by": "speaker", "test": 2, "validation": 2}"#,
                ] { try $0.set(setting) }
                if isFitted {
                    try $0.set(
                        #"features.layout={"type": "summary", "entries": [{"feature": {"type": "mfcc"}, "statistics": ["mean", "std"]}]}"#
                    )
                }
            }
            try config.write(toFile: own + "/small.json", atomically: false, encoding: .utf8)
            try Self.writeRatedClips(own)
            let training = try BuiltProgram.run(SmallExperiment.run(own, "--quiet"))
            try #require(training.status == 0, "\(training.errors)")
            let run = own + "/runs/small"
            let decisions = try JSONValue.load(run + "/decisions.json")["targets"]?.elements?.first
            let thresholds = try #require(decisions?["thresholds"]?.elements).compactMap(\.double)
            #expect(thresholds.count == 2)
            let table = try text(run + "/predictions.csv").split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
            // The metrics are those of the thresholds: the mean of the F1 scores of both labels.
            let scores = try zip(["aroused", "pleasant"], thresholds).map { name, threshold in
                let truth = try #require(table[0].firstIndex(of: "labels.true.\(name)"))
                let share = try #require(table[0].firstIndex(of: "labels.p.\(name)"))
                var (right, all) = (0.0, 0.0)
                for row in table.dropFirst() {
                    let applies = Double(row[truth]) == 1
                    let decided = (Double(row[share]) ?? .nan) >= threshold
                    right += applies && decided ? 2 : 0
                    all += (applies ? 1 : 0) + (decided ? 1 : 0)
                }
                return right / all
            }
            let measured = try JSONValue.load(run + "/result.json")["test"]?["label_macro_f1"]?.double
            let gap = abs((measured ?? .nan) - scores.reduce(0, +) / 2)
            #expect(gap < 1e-9, "\(scores) \(measured ?? .nan)")
            let evaluate = try BuiltProgram.run(
                "evaluate", run, "--format", "json", "--out", own + "/out", "--no-cache")
            #expect(
                try JSONValue.parse(evaluate.output)["test"] == JSONValue.load(run + "/result.json")["test"],
                "\(evaluate.errors)")
            #expect(try text(own + "/out/predictions.csv") == (try text(run + "/predictions.csv")))
            #expect(try text(run + "/report.html").contains("labels: ROC curves"))
            #expect(FileManager.default.fileExists(atPath: run + "/plots/target-labels-roc.svg"))
            let predict = try BuiltProgram.run(
                "predict", own + "/0.wav", "--model", run, "--format", "json", "--no-cache")
            let found = try #require(JSONValue.parse(predict.output)["targets"]?["labels"])
            let decided = zip(["aroused", "pleasant"], thresholds).filter { name, threshold in
                (found["probabilities"]?[name]?.double ?? 0) >= threshold
            }.map(\.0)
            #expect(found["labels"]?.elements?.compactMap(\.text) == decided, "\(predict.output)")
            let importance = try BuiltProgram.run(
                "plot", "importance", run, "--method", "families", "--no-cache", "--out", own + "/i.svg")
            #expect(importance.status == 0, "\(importance.errors)")
            #expect(try text(own + "/i.svg").contains("decrease in label_macro_f1 when shuffled"))
        }
    }

    /// Clips of the synthesizer as files, with a manifest of two labels.
    private static func writeRatedClips(_ folder: String) throws {
        var lines = ["path,label,speaker,is_aroused,is_pleasant"]
        var corpus = SyntheticCorpus()
        (corpus.speakers, corpus.repetitions, corpus.ratings) = (6, 1, true)
        for (number, clip) in corpus.read().clips.enumerated() {
            try AudioFile.write(clip.wave(), to: folder + "/\(number).wav")
            let rated = try ["arousal", "valence"].map { column -> String in
                let value = try #require(clip.value(of: column).flatMap { Double($0) })
                return value > 3 ? "1" : "0"
            }
            lines.append(
                "\(number).wav,\(clip.label),\(clip.speaker ?? ""),\(rated.joined(separator: ","))")
        }
        try lines.joined(separator: "\n").write(
            toFile: folder + "/clips.csv", atomically: false, encoding: .utf8)
    }

    /// A second of a tone, as 16-bit mono samples.
    private static func writeTone(_ path: String) throws {
        let samples = (0..<16000).map { Int16(8000 * sin(Double($0) * 0.07)) }
        var data = Data("RIFF".utf8)
        func add(_ value: UInt32) { withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) } }
        func add(_ value: UInt16) { withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) } }
        add(UInt32(36 + 2 * samples.count))
        data.append(Data("WAVEfmt ".utf8))
        add(UInt32(16))
        for value: UInt16 in [1, 1] { add(value) }
        add(UInt32(16000))
        add(UInt32(32000))
        for value: UInt16 in [2, 16] { add(value) }
        data.append(Data("data".utf8))
        add(UInt32(2 * samples.count))
        for sample in samples { add(UInt16(bitPattern: sample)) }
        try data.write(to: URL(fileURLWithPath: path))
    }

    /// A run that stops and resumes ends with the same files.
    @Test func resumedRunsAreEqual() throws {
        try SmallExperiment.inFolder { own in
            let config = try Self.config { try $0.set("target_weighting=\"uncertainty\"") }
            try config.write(toFile: own + "/small.json", atomically: false, encoding: .utf8)
            let call = try BuiltProgram.begin(
                SmallExperiment.run(own, "--set", "training.epochs=40"))
            try #require(call.wait { FileManager.default.fileExists(atPath: own + "/runs/small/state") })
            kill(call.id, SIGINT)
            _ = try call.end()
            let resumed = try BuiltProgram.run(
                SmallExperiment.run(own, "--resume", "--quiet", "--set", "training.epochs=40"))
            #expect(
                resumed.status == 0 || resumed.errors.contains("contains a finished run"), "\(resumed.errors)"
            )
            let whole = try BuiltProgram.run(
                SmallExperiment.run(own, name: "whole", "--quiet", "--set", "training.epochs=40"))
            #expect(whole.status == 0, "\(whole.errors)")
            for name in [
                RunFile.model, RunFile.predictions, RunFile.metrics, RunFile.result, RunFile.decisions,
            ] {
                #expect(
                    FileManager.default.contents(atPath: own + "/runs/small/" + name)
                        == FileManager.default.contents(atPath: own + "/runs/whole/" + name), "\(name)")
            }
            // The model file has the learned weights of the losses.
            let evaluate = try BuiltProgram.run(
                "evaluate", own + "/runs/whole", "--format", "json", "--out", own + "/out", "--no-cache")
            #expect(
                try JSONValue.parse(evaluate.output)["test"]?["loss"]
                    == JSONValue.load(own + "/runs/whole/result.json")["test"]?["loss"], "\(evaluate.errors)")
            // Those of an ensemble may differ.
            let other = try BuiltProgram.run(
                SmallExperiment.run(own, name: "other", "--quiet", "--set", "seed=7"))
            #expect(other.status == 0, "\(other.errors)")
            let both = try BuiltProgram.run(
                "evaluate", own + "/runs/whole", own + "/runs/other", "--out", own + "/both", "--no-cache")
            #expect(both.status == 0, "\(both.errors)")
        }
    }

    /// An ablation over corpora has one report with a matrix of training and test corpora.
    @Test func corporaAreLeftOut() throws {
        try SmallExperiment.inFolder { own in
            var json = try JSONValue.parse(Self.config())
            for setting in [
                #"data.source={"type": "combined", "sources": [{"type": "synthetic", "speakers": 3, "repetitions": 1, "ratings": true}, {"type": "synthetic", "speakers": 3, "repetitions": 1, "seed": 5, "ratings": true}]}"#,
                #"split={"type": "leave_one_corpus_out", "train": "one", "test": 1, "validation": 1}"#,
                #"features.normalize="corpus""#, "augmentation.copies=[[]]",
                #"evaluation={"groups": ["gender", "speaker"]}"#, "training.epochs=2",
                #"sweep={"metric": "ccc", "folds": "all", "variants": {"short": {"set": {"training.epochs": 1}}}}"#,
            ] { try json.set(setting) }
            try json.pretty().write(toFile: own + "/small.json", atomically: false, encoding: .utf8)
            let ending = try BuiltProgram.run(
                "ablate", own + "/small.json", "--runs", own + "/runs", "--name", "cross", "--no-cache")
            try #require(ending.status == 0, "\(ending.errors)")
            let page = try text(own + "/runs/cross/report.html")
            for words in [
                "ccc by training and test corpus", "on synthetic 2", "Gaps between groups", "Speakers",
            ] { #expect(page.contains(words), "\(words)") }
            // The matrices and the metrics by group name their variant.
            for name in ["base", "short"] {
                #expect(page.split(separator: ">\(name)</p>").count == 3, "\(name)")
            }
        }
    }
}
