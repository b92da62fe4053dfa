import Autograd
import Configuration
import Foundation
import Lab
import SpeechEmotion
import Synchronization
import TestSupport
import Testing

/// Whole runs with fitted models and searches on the embedded corpus.
@Suite(.serialized) struct SearchRunTests {
    private static let forest = """
        {
            "name": "forest",
            "data": {"source": {"type": "synthetic", "speakers": 6, "repetitions": 1}},
            "split": {"type": "grouped", "by": "speaker", "test": 2, "validation": 1},
            "features": {
                "sample_rate": 8000,
                "layout": {"type": "summary", "entries": [{
                    "feature": {"type": "mfcc", "n_mfcc": 8, "n_fft": 512, "hop_length": 256, "n_mels": 20},
                    "statistics": ["mean", "std"]}]}
            },
            "model": [{"type": "standard_scaler"}, {"type": "random_forest", "n_estimators": 20}]
        }
        """

    private static func experiment(_ settings: [String] = []) throws -> Experiment {
        let (experiment, json) = try Experiment.resolve(JSONValue.parse(forest), settings: settings)
        _ = try ValidatedExperiment(experiment, json: json)
        return experiment
    }

    private final class Stopper: RunObserver {
        private let left: Mutex<Int>
        private let isSearching = Mutex(false)

        init(after trials: Int) { left = Mutex(trials) }

        func begin(_ work: String) { isSearching.withLock { $0 = work.hasPrefix("Search") } }
        func advance(_ done: Int, of total: Int, note: String) {
            if isSearching.withLock({ $0 }) { left.withLock { $0 -= 1 } }
        }
        var shouldStop: Bool { left.withLock { $0 <= 0 } }
    }

    private func files(_ folder: String) throws -> [String: Data] {
        var found: [String: Data] = [:]
        for name in ["config.json", "metrics.jsonl", "model.safetensors", "predictions.csv", "result.json"] {
            found[name] = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
        }
        return found
    }

    private func run(
        _ experiment: Experiment, _ folder: String, _ observer: any RunObserver = Stopper(after: .max)
    ) throws -> RunResult {
        try ExperimentRun(experiment, folder: RunFolder(folder), observer: observer).run()
    }

    @Test func aFittedModelIsARunLikeAnyOther() throws {
        try Toy.inFolder { folder in
            let result = try run(Self.experiment(), folder + "/run")
            let accuracy = try #require(result.test["accuracy"] ?? nil)
            #expect(accuracy > 0.2)
            let predictor = try Predictor(folder + "/run")
            #expect(predictor.classes.count == 8)
            let record = try RunRecord(folder + "/run")
            #expect(record.epochs.count == 1 && record.epochs[0]["train_accuracy"] == 1)
        }
    }

    private final class Remarks: RunObserver {
        let texts = Mutex<[String]>([])

        func remark(_ text: String) { texts.withLock { $0.append(text) } }
    }

    @Test func featuresWithoutInformationAreNamed() throws {
        // Mel bands narrower than a bin are empty.
        let entries = #"""
            [{"feature": {"type": "rms"}, "statistics": ["mean", "max", "mean"]},
             {"feature": {"type": "mel", "n_mels": 2, "fmin": 3990, "n_fft": 512}, "statistics": ["range"]}]
            """#
        try Toy.inFolder { folder in
            let remarks = Remarks()
            _ = try run(
                Self.experiment(["features.layout.entries=\(entries)"]), folder + "/run", remarks)
            #expect(
                remarks.texts.withLock { $0.filter { $0.hasPrefix("features that are") } } == [
                    "features that are constant in the training set: mel_0_range, mel_1_range",
                    "features that are equal to another feature in the training set: rms_mean.2 (rms_mean)",
                ])
            let oob = ["model[1].oob_score=true"]
            _ = try run(Self.experiment(oob), folder + "/plain", remarks)
            let size = remarks.texts.withLock { $0.first { $0.contains("out-of-bag accuracy 0.") } }
            #expect(size?.hasPrefix("random_forest: 20 trees with ") == true)
            let report = try RunReport(RunRecord(folder + "/plain"), data: nil)
            #expect(
                report.facts.first { $0.name == "Fitted model" }?.value.hasPrefix(
                    "random_forest: 20 trees with ")
                    == true)
            #expect(!report.facts.contains { $0.name == "Multiply-adds" })
            #expect(remarks.texts.withLock { $0.count { $0.hasPrefix("features that are") } } == 2)
        }
    }

    @Test(arguments: [
        #"{"type": "svc", "C": 10}"#, #"{"type": "svc", "probability": true}"#,
        #"{"type": "linear_svc"}"#, #"{"type": "logistic_regression"}"#, #"{"type": "ridge_classifier"}"#,
        #"{"type": "linear_discriminant", "solver": "lsqr", "shrinkage": "auto"}"#,
        #"{"type": "gaussian_nb"}"#, #"{"type": "k_neighbors", "n_neighbors": 3}"#,
        #"{"type": "decision_tree", "max_depth": 4}"#, #"{"type": "extra_trees", "n_estimators": 10}"#,
    ])
    func everyClassifierGivesTheBitsOfOneThread(_ model: String) throws {
        let settings = [#"model=[{"type": "standard_scaler"}, \#(model)]"#]
        try Toy.inFolder { folder in
            let threads = Parallel.threads
            defer { Parallel.threads = threads }
            var found: [[String: Data]] = []
            for count in 1...3 {
                Parallel.threads = count
                let result = try run(Self.experiment(settings), folder + "/\(count)")
                #expect(try #require(result.test["accuracy"] ?? nil) > 0.15)
                found.append(try files(folder + "/\(count)"))
            }
            #expect(found[1] == found[0] && found[2] == found[0])
        }
    }

    private static let search = [
        #"search={"method": {"type": "grid"}, "folds": 2, "parameters": {"model[1].n_estimators": [3, 10], "model[1].max_depth": [1, 3, null]}}"#
    ]

    @Test func aSearchStoppedAnywhereEndsWithTheSameFiles() throws {
        try Toy.inFolder { folder in
            let whole = try run(Self.experiment(Self.search), folder + "/whole")
            #expect(whole.search.entries.map(\.name) == ["model[1].n_estimators", "model[1].max_depth"])
            let expected = try files(folder + "/whole")
            for count in [1, 3] {
                let path = folder + "/stopped-\(count)"
                #expect(throws: RunStopped.self) {
                    try run(Self.experiment(Self.search), path, Stopper(after: count))
                }
                // A line that was being written when the power went.
                let log = path + "/search.jsonl"
                let text = try String(contentsOfFile: log, encoding: .utf8)
                try (text + #"{"values": [3"#).write(toFile: log, atomically: true, encoding: .utf8)
                _ = try run(Self.experiment(Self.search), path)
                #expect(try files(path) == expected)
            }
            let table = try String(contentsOfFile: folder + "/whole/search.csv", encoding: .utf8)
            #expect(table.split(separator: "\n").count == 7)
        }
    }

    /// Whatever uses the model of a run uses the features that the search has chosen.
    @Test func searchedFeaturesAreThoseOfTheRun() throws {
        let path = "features.layout.entries[0].feature.n_mfcc"
        let search = #"search={"folds": 2, "parameters": {"\#(path)": [4, 5], "model[1].max_depth": [1, 2]}}"#
        try Toy.inFolder { folder in
            let original = try Self.experiment([search])
            let result = try run(original, folder + "/run")
            let count = try #require(result.search[path]?.integer)
            let record = try RunRecord(folder + "/run")
            #expect(record.experiment.encode() == original.resolved.encode())
            #expect(record.trainedExperiment.features.names.count == 2 * count)
            #expect(try Predictor(folder + "/run").pipeline.names.count == 2 * count)
            #expect(record.trainedExperiment.search == nil)
            // The same predictions from the run's own data again, and a report of the searched features.
            let observer = Stopper(after: .max)
            let again = try RunEvaluation([record], cache: nil, observer: observer).evaluate()
            #expect(
                try again.predictions.csv
                    == String(contentsOfFile: folder + "/run/predictions.csv", encoding: .utf8))
            let report = try RunReport(record, data: ExperimentData(record.trainedExperiment))
            #expect(report.importances?.names.count == 2 * count)
            let features = report.facts.first { $0.name == "Features" }?.value
            #expect(features?.contains("[\(2 * count)]") == true, "\(features ?? "")")
        }
    }

    /// Another type brings its own defaults; options that are not at their default stay.
    @Test func typesAreSearched() throws {
        let types = [
            "model[0].type": ["min_max_scaler", "standard_scaler", "robust_scaler"],
            "model[1].type": ["extra_trees", "random_forest"],
        ]
        let lists = types.map { "\"\($0)\": \($1)" }.sorted().joined(separator: ", ")
        try Toy.inFolder { folder in
            let experiment = try Self.experiment([#"search={"folds": 2, "parameters": {\#(lists)}}"#])
            let result = try run(experiment, folder + "/run")
            let trials = try String(contentsOfFile: folder + "/run/search.jsonl", encoding: .utf8)
            #expect(trials.split(separator: "\n").count == 6 && !trials.contains("unknown key"))
            let model = try RunRecord(folder + "/run").trainedExperiment.encode()["model"]
            for (index, key) in types.keys.sorted().enumerated() {
                #expect(model?.elements?[index]["type"]?.text == result.search[key]?.text)
            }
            #expect(model?.elements?[1]["n_estimators"]?.integer == 20)
        }
    }

    @Test func leakedCopiesAreNotSearched() throws {
        let leaking =
            #"augmentation={"copies": [[], [{"type": "noise", "snr": 20}]], "leak_copies_into_test": true}"#
        let error = #expect(throws: ConfigurationError.self) {
            try Self.experiment([
                leaking, #"search={"parameters": {"features.layout.entries[0].feature.n_mfcc": [4, 5]}}"#,
            ])
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains("leak_copies_into_test"))
        // A search of the model leaves the copies as they are.
        try Toy.inFolder { folder in
            let experiment = try Self.experiment([
                leaking, #"search={"folds": 2, "parameters": {"model[1].max_depth": [1, 2]}}"#,
            ])
            _ = try run(experiment, folder + "/run")
            let record = try RunRecord(folder + "/run")
            let split = try ExperimentData(experiment).split
            #expect(record.split?.test == split.test && record.predictions?.ids.count == split.test.count)
        }
    }

    /// Runs with different features vote by their probabilities, computed by hand from the predictions of each.
    @Test func runsWithDifferentFeaturesVote() throws {
        try Toy.inFolder { folder in
            let narrow = ["features.layout.entries[0].feature.n_mfcc=3", #"model={"type": "gaussian_nb"}"#]
            _ = try run(Self.experiment(), folder + "/a")
            _ = try run(Self.experiment(narrow), folder + "/b")
            let records = try ["/a", "/b"].map { try RunRecord(folder + $0) }
            let observer = Stopper(after: .max)
            let vote = EnsembleVote(.soft, weights: [1, 3])
            let found = try RunEvaluation(records, vote: vote, cache: nil, observer: observer).evaluate()
            let single = try records.map { record in
                try RunEvaluation([record], cache: nil, observer: observer).evaluate().predictions
            }
            for (row, probabilities) in found.predictions.probabilities.enumerated() {
                for (label, value) in probabilities.enumerated() {
                    let mean =
                        (single[0].probabilities[row][label] + 3 * single[1].probabilities[row][label]) / 4
                    #expect(abs(value - mean) < 1e-12)
                }
            }
            #expect(found.predictions.meanLoss.isFinite)
            #expect(try found.write(to: folder + "/out") == folder + "/out")
            // Their logits have no common model.
            #expect(throws: FileError.self) {
                try RunEvaluation(records, cache: nil, observer: observer)
            }
        }
    }

    /// Runs that have features of different clips cannot vote.
    @Test func votingRunsNeedFeaturesOfTheSameClips() throws {
        try Toy.inFolder { folder in
            _ = try run(Self.experiment(), folder + "/a")
            let data = try ExperimentData(Self.experiment())
            let missing = try #require(data.split.test.first)
            let rows = data.corpus.clips.filter { $0.id != missing }.enumerated().map { index, clip in
                "\(clip.id),\(Double(index % 7)),\(Double(index % 5))"
            }
            try (["path,first,second"] + rows).joined(separator: "\n").write(
                toFile: folder + "/table.csv", atomically: false, encoding: .utf8)
            let table = [
                #"features={"layout": {"type": "table", "file": "\#(folder)/table.csv"}}"#,
                #"model={"type": "gaussian_nb"}"#,
            ]
            _ = try run(Self.experiment(table), folder + "/b")
            let records = try ["/a", "/b"].map { try RunRecord(folder + $0) }
            let error = #expect(throws: InputError.self) {
                try RunEvaluation(
                    records, vote: EnsembleVote(.soft), cache: nil, observer: Stopper(after: .max)
                ).evaluate()
            }
            #expect(
                "\(error.map { "\($0)" } ?? "")"
                    == "\(folder)/b cannot use the same clips as \(folder)/a, because some have no features; exclude these clips from the data"
            )
        }
    }

    @Test func aTrialHasItsMeanAndSpread() throws {
        try Toy.inFolder { folder in
            _ = try run(Self.experiment(Self.search), folder + "/run")
            let record = try RunRecord(folder + "/run")
            let page = try RunReport(record, data: nil).html
            #expect(page.contains(" ± ") && page.contains("standard deviations over the folds"))
        }
    }

    /// Every search has a plot that fits its parameters, whatever its values are.
    @Test func thePlotFitsTheSearch() throws {
        let double = #"{"type": "uniform", "low": 0.1, "high": 0.9}"#
        // The values of each trial with its budget; the score of each is that of its place.
        let searches: [(parameters: String, trials: [(values: String, budget: Double)], plot: String)] = [
            (#""model[1].n_estimators": [1, 2]"#, [("1", 1), ("2", 1)], "LineChart"),
            (
                #""model[1].criterion": ["gini", "entropy"]"#, [(#""gini""#, 1), (#""entropy""#, 1)],
                "BarChart"
            ),
            (#""model[1].max_depth": [1, null]"#, [("1", 1), ("null", 1)], "BarChart"),
            (
                #""model[1].n_estimators": [1, 2], "model[1].max_depth": [1, null]"#,
                [("1, 1", 1), ("1, null", 1), ("2, 1", 1), ("2, null", 1)], "SearchHeatMap"
            ),
            (
                #""model[1].max_samples": \#(double), "model[1].max_features": \#(double)"#,
                (1...30).map { ("0.\($0)1234567, 0.\(31 - $0)1234567", 1) }, "ScatterPlot"
            ),
            (
                #""model[1].max_samples": \#(double), "model[1].criterion": ["gini", "entropy"]"#,
                (1...9).map { (#"0.\#($0), "\#($0 % 2 == 0 ? "gini" : "entropy")""#, 1) }, "ScatterPlot"
            ),
            (#""model[1].n_estimators": [1, 2]"#, [("1", 0.5), ("2", 0.5), ("2", 1)], "ScatterPlot"),
        ]
        try Toy.inFolder { folder in
            for (index, search) in searches.enumerated() {
                let options = try #require(
                    try Self.experiment([
                        #"search={"method": {"type": "random", "trials": 2}, "folds": 2, "parameters": {\#(search.parameters)}}"#
                    ]).search)
                let lines = search.trials.enumerated().map { place, trial in
                    let score = Double(place + 1) / 100
                    return
                        #"{"values": [\#(trial.values)], "budget": \#(trial.budget), "scores": [\#(score), \#(score)]}"#
                }
                let file = folder + "/\(index).jsonl"
                try (lines.joined(separator: "\n") + "\n").write(
                    toFile: file, atomically: false, encoding: .utf8)
                let result = try SearchResult(options, file: file)
                let plot = try #require(result.plot, "\(search.parameters)")
                #expect("\(type(of: plot))" == search.plot, "\(search.parameters)")
                // Numbers that were drawn are rounded.
                #expect(!plot.svg.contains("1234567"))
            }
        }
    }

    /// Parameters that were drawn on a logarithmic scale are shown on it, even if the draws are close to each other.
    @Test func logUniformParametersHaveLogarithmicAxes() throws {
        try Toy.inFolder { folder in
            let options = try #require(
                try Self.experiment([
                    #"model=[{"type": "standard_scaler"}, {"type": "svc"}]"#,
                    #"search={"method": {"type": "random", "trials": 3}, "folds": 2, "parameters": {"model[1].C": {"type": "uniform", "low": 0.1, "high": 1}, "model[1].gamma": {"type": "log_uniform", "low": 0.001, "high": 0.5}}}"#,
                ]).search)
            let lines = ["[0.5, 0.01]", "[0.25, 0.02]", "[0.75, 0.04]"].map {
                #"{"values": \#($0), "budget": 1, "scores": [0.5, 0.6]}"#
            }
            let file = folder + "/log.jsonl"
            try (lines.joined(separator: "\n") + "\n").write(toFile: file, atomically: false, encoding: .utf8)
            let plot = try #require(SearchResult(options, file: file).plot)
            #expect(plot.svg.contains("log10 of model[1].gamma"))
            #expect(!plot.svg.contains("log10 of model[1].C"))
        }
    }

    /// Trials that continue with a larger budget are scored again, and count once.
    @Test func trialsOfHalvingAreCountedOnce() throws {
        try Toy.inFolder { folder in
            let search =
                #"search={"method": {"type": "halving", "trials": 4, "factor": 2, "rounds": 2}, "folds": 2, "parameters": {"model[1].n_estimators": {"type": "integer", "low": 2, "high": 20}}}"#
            _ = try run(Self.experiment([search]), folder + "/run")
            let page = try RunReport(RunRecord(folder + "/run"), data: nil).html
            #expect(page.contains("Chosen: best of 4 trials, 6 evaluations with increasing budgets: "))
            #expect(
                page.contains(
                    "4 trials, 6 evaluations with increasing budgets. Scored by 2-fold cross-validation on the training clips; the test set was not read."
                ))
        }
    }

    /// A model without probabilities has no calibration, and the report says why; nor has it training curves.
    @Test func decisionValuesAreNotCalibrated() throws {
        try Toy.inFolder { folder in
            for (model, isProbable) in [("linear_svc", false), ("logistic_regression", true)] {
                let settings = [#"model=[{"type": "standard_scaler"}, {"type": "\#(model)"}]"#]
                _ = try run(Self.experiment(settings), folder + "/" + model)
                let report = try RunReport(RunRecord(folder + "/" + model), data: nil)
                #expect((report.calibration != nil) == isProbable)
                #expect((report.confidences != nil) == isProbable)
                let words = "The model outputs decision values,"
                #expect(report.metricsNote.contains(words) != isProbable, "\(report.metricsNote)")
            }
        }
    }

    /// The test set is read once, after the search; the folds keep the speakers of the training set together.
    @Test func aSearchStaysInsideTheTrainingSet() throws {
        try Toy.inFolder { folder in
            _ = try run(Self.experiment(Self.search), folder + "/run")
            let reads = try String(contentsOfFile: folder + "/run/test-reads.jsonl", encoding: .utf8)
            #expect(reads.split(separator: "\n").count == 1)
        }
    }

    /// A network is searched by the same section, with part of the epochs in the first round.
    @Test func aNetworkIsSearchedToo() throws {
        let (experiment, json) = try Experiment.resolve(
            JSONValue.parse(smallExperiment),
            settings: [
                #"search={"method": {"type": "halving", "trials": 4, "factor": 2, "rounds": 2}, "folds": null, "parameters": {"optimizer.learning_rate": {"type": "log_uniform", "low": 0.0001, "high": 0.01}}}"#
            ])
        _ = try ValidatedExperiment(experiment, json: json)
        try Toy.inFolder { folder in
            let result = try run(experiment, folder + "/run")
            let rate = try #require(result.search["optimizer.learning_rate"]?.double)
            #expect((0.0001...0.01).contains(rate))
            let lines = try String(contentsOfFile: folder + "/run/search.jsonl", encoding: .utf8)
            #expect(lines.split(separator: "\n").count == 6)
        }
    }

    /// One tree gives probabilities of 0 and 1, which both metrics punish.
    @Test(arguments: ["log_loss", "brier"])
    func metricsThatShouldBeLowAreMinimized(_ metric: String) throws {
        try Toy.inFolder { folder in
            let result = try run(
                Self.experiment([
                    #"search={"parameters": {"model[1].n_estimators": [1, 50]}, "folds": 2, "metric": "\#(metric)"}"#,
                    #"evaluation.metrics=["log_loss", "brier"]"#,
                ]), folder + "/run")
            #expect(result.search["model[1].n_estimators"]?.integer == 50)
        }
    }

    @Test(arguments: [
        (#"search={"parameters": {"model[1].trees": [1]}}"#, "no such key"),
        (#"search={"parameters": {"model[1].n_estimators": [0]}}"#, "1 to"),
        (#"search={"parameters": {"split.test": [1, 2]}}"#, "cannot be searched"),
        (#"search={"parameters": {"model[1].type": ["random_forest", "svc"]}}"#, "n_estimators"),
        (#"search={"parameters": {"model[1].n_estimators": [3]}, "metric": "auc"}"#, "evaluation.metrics"),
        (
            #"search={"parameters": {"model[1].n_estimators": {"type": "integer", "low": 1, "high": 3}}}"#,
            "list"
        ),
        (#"model=[{"type": "dense", "units": 4}, {"type": "random_forest"}]"#, "trainable weights"),
    ])
    func whatCannotBeSearchedIsRefused(_ setting: String, _ words: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try Self.experiment([setting]) }
        #expect("\(error.map { "\($0)" } ?? "")".contains(words), "\(error.map { "\($0)" } ?? "")")
    }
}
