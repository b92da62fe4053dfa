import Autograd
import Configuration
import Foundation
import Lab
import Layers
import Metrics
import SpeechEmotion
import TestSupport
import Testing

/// Runs of small experiments with targets other than the class.
@Suite(.serialized) struct TargetRunTests {
    private final class Quiet: RunObserver {}

    /// The small experiment on clips with ratings, with these targets.
    static func config(_ targets: JSONValue, _ settings: [String] = []) throws -> JSONValue {
        var json = try JSONValue.parse(smallExperiment, source: "a.json")
        json["targets"] = targets
        let more = [
            "data.source.ratings=true", "data.source.speakers=6", "training.epochs=3",
            "augmentation.copies=[[]]", #"model[5].units="targets""#,
        ]
        for setting in more + settings { try json.set(setting) }
        return json
    }

    private static let arousal: JSONValue = [
        "type": "regression", "column": "arousal", "range": [1, 5], "loss": ["type": "concordance"],
    ]
    private static let votes: JSONValue = [
        "type": "classification",
        "votes": JSONValue(
            .object(
                SyntheticEmotion.allCases.map {
                    JSONMember($0.rawValue, JSONValue(.text("votes_\($0.rawValue)")))
                })),
    ]

    private func run(
        _ targets: JSONValue, _ settings: [String] = [], _ body: (RunRecord) throws -> Void
    ) throws {
        let json = try Self.config(targets, settings)
        let experiment = try Experiment.decode(json)
        _ = try ExperimentCheck(experiment, json: json)
        try Toy.inFolder { folder in
            _ = try ExperimentRun(
                experiment, folder: RunFolder(folder + "/run"), observer: Quiet()
            ).run()
            try body(RunRecord(folder + "/run"))
        }
    }

    private func names(_ record: RunRecord) throws -> [String] {
        try record.requireEnd().test.entries.map(\.name)
    }

    @Test func regressionOfOneColumn() throws {
        try run([Self.arousal]) { record in
            #expect(try names(record) == ["loss", "ccc", "pearson", "spearman", "mae", "rmse"])
            #expect(record.gap == nil && record.epochs.allSatisfy { $0["train_accuracy"] == nil })
            let predictions = try #require(record.predictions)
            // The values of the file are those of the corpus, and its metrics those of the result.
            let clips = try record.experiment.data.read().clips
            let known = Dictionary(clips.map { ($0.id, $0.attributes["arousal"] ?? "") }) { first, _ in first
            }
            let part = predictions.parts[0].predictions
            for (id, truth) in zip(part.ids, part.trueValues) {
                #expect(known[id].flatMap(Double.init) == truth)
            }
            let ccc = try #require(try record.requireEnd().test["ccc"] ?? nil)
            #expect(abs(try Metric.concordance.value(of: predictions) - ccc) < 1e-5)
            let (model, card) = try ModelFile.read(record.file(RunFile.model))
            #expect(model.plan.output == [1] && card.classes.isEmpty && card.targets != nil)
            let html = try String(contentsOfFile: record.file(RunFile.report), encoding: .utf8)
            #expect(
                html.contains("arousal: predictions and true values") && html.contains("arousal: residuals"))
            #expect(!html.contains("Confusion matrix"))
        }
    }

    /// Without a range, values are standardized with the training set.
    @Test func standardizedRegressionIsOnTheScaleOfTheColumn() throws {
        let target: JSONValue = ["type": "regression", "column": "valence"]
        try run([target], ["training.epochs=15"]) { record in
            let mean = try #require(record.predictions).parts[0].predictions
            let average = mean.values.reduce(0, +) / Double(mean.values.count)
            #expect((2.0...4.0).contains(average))
            #expect(try #require(try record.requireEnd().test["rmse"] ?? nil) < 1.5)
        }
    }

    @Test func severalTargetsOfAllTypes() throws {
        let targets: JSONValue = [
            Self.arousal, ["type": "regression", "column": "valence"], ["type": "classification"],
            ["type": "classification", "column": "gender", "role": "auxiliary", "weight": 0.2],
            ["type": "ordinal", "column": "statement", "levels": ["1", "2"]],
            ["type": "multi_label", "name": "mood", "labels": ["first": "m1", "second": "m2"]],
        ]
        var json = try Self.config(targets, [#"target_weighting="uncertainty""#, "training.epochs=2"])
        // Two columns with 0 and 1, of which some clips have none.
        try Toy.inFolder { folder in
            let source = try Experiment.decode(json).data.source.value.read()
            var lines = ["path,label,speaker,gender,statement,arousal,valence,m1,m2"]
            for (row, clip) in source.clips.enumerated() {
                let file = "\(folder)/\(row).wav"
                try AudioFile.write(try clip.wave(), to: file)
                let a = clip.attributes
                let mood = row % 5 == 0 ? "," : "\(row % 2),\(row % 3 == 0 ? 1 : 0)"
                let valence = row % 7 == 0 ? "" : a["valence"] ?? ""
                lines.append(
                    "\(row).wav,\(clip.label),\(clip.speaker ?? ""),\(a["gender"] ?? ""),\(a["statement"] ?? ""),\(a["arousal"] ?? ""),\(valence),\(mood)"
                )
            }
            try lines.joined(separator: "\n").write(
                toFile: folder + "/clips.csv", atomically: true, encoding: .utf8)
            json["data"] = ["source": ["type": "manifest", "file": JSONValue(.text(folder + "/clips.csv"))]]
            let experiment = try Experiment.decode(json)
            _ = try ExperimentCheck(experiment, json: json)
            for name in ["run", "again"] {
                _ = try ExperimentRun(
                    experiment, folder: RunFolder("\(folder)/\(name)"), observer: Quiet()
                ).run()
            }
            let record = try RunRecord(folder + "/run")
            let found = try names(record)
            #expect(
                found == [
                    "loss", "accuracy", "label.accuracy", "statement.accuracy", "uar",
                    "label.uar", "statement.uar", "macro_f1", "label.macro_f1", "statement.macro_f1", "ccc",
                    "arousal.ccc", "valence.ccc", "pearson", "arousal.pearson", "valence.pearson", "spearman",
                    "arousal.spearman", "valence.spearman", "mae", "arousal.mae", "valence.mae", "rmse",
                    "arousal.rmse", "valence.rmse", "label_macro_f1", "label_micro_f1",
                    "mean_average_precision", "label_auc", "gender.accuracy", "gender.uar",
                ], "\(found)")
            let predictions = try #require(record.predictions)
            #expect(
                predictions.parts.map(\.name) == [
                    "arousal", "valence", "label", "gender", "statement", "mood",
                ])
            #expect(predictions.parts[1].predictions.ids.count < predictions.ids.count)
            let values = try record.requireEnd().test
            for name in ["arousal.ccc", "label.uar", "gender.accuracy", "valence.mae"] {
                let metric = try #require(Metric(rawValue: name))
                let own = try metric.value(of: predictions)
                #expect(abs(own - (try #require(values[name] ?? nil))) < 1e-5, "\(name)")
            }
            let again = try RunRecord(folder + "/again")
            for name in experiment.repeatableFiles {
                #expect(
                    FileManager.default.contents(atPath: record.file(name))
                        == FileManager.default.contents(atPath: again.file(name)), "\(name)")
            }
        }
    }

    @Test func votesOfAnnotatorsAreSoftLabels() throws {
        try run([Self.votes]) { record in
            #expect(
                try names(record) == [
                    "loss", "accuracy", "uar", "macro_f1", "vote_divergence", "entropy_correlation",
                ])
            let part = try #require(record.predictions).parts[0].predictions
            #expect(part.references.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-5 })
            #expect(part.references.contains { $0.count { $0 > 0 } > 1 })
        }
    }

    /// An adversarial target has outputs of its own behind a reversed gradient; unseen speakers are no examples of it.
    @Test func adversarialSpeakers() throws {
        let targets: JSONValue = [
            ["type": "classification"],
            ["type": "classification", "column": "speaker", "role": "adversarial", "weight": 0.1],
        ]
        let outputs =
            #"{"type": "parallel", "branches": [{"type": "dense", "units": "targets:label"}, {"type": "sequential", "layers": [{"type": "gradient_reversal", "scale": 0.1}, {"type": "dense", "units": "targets:speaker"}]}]}"#
        try run(targets, ["model[5]=" + outputs]) { record in
            #expect(
                try names(record) == [
                    "loss", "accuracy", "uar", "macro_f1", "speaker.accuracy", "speaker.uar",
                ])
            let test = try record.requireEnd().test
            #expect((test["accuracy"] ?? nil) != nil && (test["speaker.accuracy"] ?? nil) == nil)
            let text = try String(contentsOfFile: record.file(RunFile.targets), encoding: .utf8)
            #expect(text.hasSuffix("\nspeaker: 0 examples\n\n"), "\(text)")
            let card = try ModelFile.read(record.file(RunFile.model)).card
            let speaker = try #require(card.targets?.elements?.last)
            #expect(speaker["classes"]?.elements?.count == Set(try training(record)).count)
        }
    }

    /// A temperature divides the outputs of its branch, and no others.
    @Test func temperaturesOfBranches() throws {
        let outputs =
            #"{"type": "parallel", "branches": [{"type": "dense", "units": "targets:arousal"}, {"type": "sequential", "layers": [{"type": "dropout", "rate": 0.1}, {"type": "dense", "units": "targets:label"}]}]}"#
        var found: [[Predictions]] = []
        var temperature = 0.0
        for evaluation in ["{}", #"{"calibration": "temperature"}"#] {
            try run(
                [Self.arousal, ["type": "classification"]],
                ["model[5]=" + outputs, "evaluation=" + evaluation]
            ) { record in
                found.append(try #require(record.predictions).parts.map(\.predictions))
                guard evaluation != "{}" else { return }
                let decisions = try JSONValue.load(record.file(RunFile.decisions))
                temperature = try #require(decisions["targets"]?.elements?.last?["temperature"]?.double)
            }
        }
        #expect(temperature > 0 && abs(temperature - 1) > 1e-3)
        #expect(found[0][0].values == found[1][0].values)
        for (plain, calibrated) in zip(found[0][1].probabilities, found[1][1].probabilities) {
            for label in plain.indices {
                let gap =
                    log(plain[label] / plain[0]) - temperature * log(calibrated[label] / calibrated[0])
                #expect(abs(gap) < 1e-3)
            }
        }
    }

    /// The speakers of the training clips.
    private func training(_ record: RunRecord) throws -> [String] {
        let ids = Set(try #require(record.split).train)
        return try record.experiment.data.read().clips.filter { ids.contains($0.id) }.compactMap(\.speaker)
    }

    /// IEMOCAP's dimensions, from evaluation files as its release has them.
    @Test func dimensionsOfIEMOCAP() throws {
        try Toy.inFolder { folder in
            var source = SyntheticCorpus()
            (source.speakers, source.repetitions, source.ratings) = (6, 1, true)
            let names = ["neutral": "neu", "happy": "hap", "sad": "sad", "angry": "ang"]
            var evaluations: [String: [String]] = [:]
            for clip in source.read().clips {
                guard let emotion = names[clip.label], let speaker = Int(clip.speaker ?? ""),
                    let arousal = clip.attributes["arousal"], let valence = clip.attributes["valence"]
                else { continue }
                let (session, gender) = ((speaker + 1) / 2, speaker % 2 == 0 ? "F" : "M")
                let dialogue = "Ses0\(session)F_impro01"
                let file = "\(folder)/data/Session\(session)/dialog/EmoEvaluation/\(dialogue).txt"
                let number = evaluations[file, default: []].count
                let turn = "\(dialogue)_\(gender)0\(number < 10 ? "0" : "")\(number)"
                // One turn of each speaker has no dimensions.
                let dimensions = number % 6 == 5 ? "" : "\t[\(valence), \(arousal), 2.5000]"
                evaluations[file, default: []].append(
                    "[\(number).0000 - \(number).9000]\t\(turn)\t\(emotion)\(dimensions)")
                let audio = "\(folder)/data/Session\(session)/sentences/wav/\(dialogue)"
                try FileManager.default.createDirectory(atPath: audio, withIntermediateDirectories: true)
                try AudioFile.write(try clip.wave(), to: "\(audio)/\(turn).wav")
            }
            for (file, lines) in evaluations {
                try FileManager.default.createDirectory(
                    atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
                try lines.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
            }
            var json = try Self.config([
                ["type": "regression", "column": "activation", "range": [1, 5]],
                ["type": "regression", "column": "valence", "range": [1, 5]], ["type": "classification"],
            ])
            json["data"] = ["source": ["type": "iemocap", "folder": JSONValue(.text(folder + "/data"))]]
            let experiment = try Experiment.decode(json)
            _ = try ExperimentCheck(experiment, json: json)
            _ = try ExperimentRun(
                experiment, folder: RunFolder(folder + "/run"), observer: Quiet()
            ).run()
            let predictions = try #require(RunRecord(folder + "/run").predictions)
            #expect(predictions.parts.map(\.name) == ["activation", "valence", "label"])
            #expect(predictions.parts[2].predictions.ids.count == predictions.ids.count)
            #expect(predictions.parts[0].predictions.ids.count == predictions.ids.count - 1)
        }
    }

    /// A run, its report and the loaded model decide alike.
    @Test func thresholdsDecideEverywhere() throws {
        let targets: JSONValue = [["type": "classification"], Self.arousal]
        try run(
            targets,
            [#"evaluation={"thresholds": {"classes": "uar"}, "calibration": "temperature", "tta": []}"#]
        ) { record in
            let predictions = try #require(record.predictions)
            let part = predictions.parts[0].predictions
            guard case .weights(let weights) = part.rule else {
                Issue.record("no weights")
                return
            }
            #expect(weights.count == part.classes.count && weights.allSatisfy { $0 > 0 })
            let uar = try #require(try record.requireEnd().test["uar"] ?? nil)
            #expect(abs(try Metric.uar.value(of: predictions) - uar) < 1e-6)
            let predictor = try Predictor(record.path)
            let clips = try record.experiment.data.read().clips
            for (row, id) in part.ids.enumerated().prefix(6) {
                let wave = try #require(clips.first { $0.id == id }).wave()
                let found = predictor.predictions(for: [try predictor.features(of: wave)])[0]
                #expect(found.targets[0].text == part.classes[part.decisions[row]])
                #expect(found.best == part.decisions[row])
            }
            let html = try String(contentsOfFile: record.file(RunFile.report), encoding: .utf8)
            #expect(
                html.contains("label: decision rule") && html.contains("product of probability and weight")
            )
            #expect(html.contains("label: metrics with and without the decision rule"))
        }
    }

    /// The covariances of the outputs in two domains agree as closely as the weight demands. Equal logits for all clips have the loss
    /// log 8 and equal covariances, so that the loss of the best model is at most log 8, and the distance at most that divided by the weight.
    /// Without the alignment, the distance is larger.
    @Test func domainsAreAligned() throws {
        func distance(_ settings: [String]) throws -> Double {
            var found = Double.nan
            try run(
                [],
                [
                    #"model[5].units="classes""#, "training.epochs=10", "training.batch_size=16",
                    #"optimizer={"type": "adam", "learning_rate": 0.02}"#,
                ] + settings
            ) {
                record in
                let predictor = try Predictor(record.path)
                let clips = try record.experiment.data.read().clips
                let kept = clips.filter { record.split?.train.contains($0.id) == true }
                let logits = try kept.map { clip in
                    predictor.predictions(for: [try predictor.features(of: clip.wave())])[0].logits
                }
                found = Double(
                    coralLoss(
                        Tensor(
                            logits.flatMap { $0.map { Real($0) } }, shape: [logits.count, logits[0].count]),
                        domains: kept.map { $0.attributes["gender"] == "male" ? 0 : 1 }
                    ).item())
                let html = try String(contentsOfFile: record.file(RunFile.report), encoding: .utf8)
                #expect(html.contains("Deep CORAL") == !settings.isEmpty)
            }
            return found
        }
        let coral = #"training.coral={"column": "gender", "weight": 10000}"#
        let bound = log(8.0) / 10000
        let (aligned, other) = try (distance([coral]), distance([]))
        #expect(aligned <= bound && other > bound, "\(aligned), \(bound), \(other)")
        for (setting, text) in [
            (#"training.coral={"column": "corpus"}"#, "no value in the column"),
            (#"training={"mixup": 0.2, "coral": {}}"#, "mixes examples of different domains"),
        ] {
            let error = #expect(throws: (any Error).self) {
                let json = try Self.config([], [#"model[5].units="classes""#, setting])
                _ = try ExperimentCheck(Experiment.decode(json), json: json)
            }
            #expect("\(error.map { "\($0)" } ?? "")".contains(text), "\(error.map { "\($0)" } ?? "")")
        }
    }

    @Test func costsOfTheClass() throws {
        try run(
            [],
            [
                #"model[5].units="classes""#,
                #"evaluation={"thresholds": {"costs": {"happy": {"sad": 9, "calm": 9}}}}"#,
            ]
        ) { record in
            let predictions = try #require(record.predictions)
            let happy = try #require(predictions.classes.firstIndex(of: "happy"))
            guard case .costs(let costs) = predictions.rule else {
                Issue.record("no costs")
                return
            }
            #expect(costs[happy].sorted() == [0, 1, 1, 1, 1, 1, 9, 9])
            let html = try String(contentsOfFile: record.file(RunFile.report), encoding: .utf8)
            #expect(html.contains("cost of happy") && html.contains("mean cost"))
        }
    }

    private static let summary = [
        #"features.layout={"type": "summary", "entries": [{"feature": {"type": "mfcc", "n_mfcc": 13}, "statistics": ["mean", "std"]}]}"#
    ]

    /// Classical models learn one number each, and a run leaves the same files as that of a network.
    @Test func classicalModelsLearnNumbers() throws {
        let valence: JSONValue = ["type": "regression", "column": "valence"]
        let model = #"model=[{"type": "standard_scaler"}, {"type": "svr", "C": 10}]"#
        try run([Self.arousal, valence], Self.summary + [model, "evaluation.conformal=0.8"]) { record in
            #expect(try names(record).contains("arousal.ccc"))
            #expect(try #require(try record.requireEnd().test["arousal.ccc"] ?? nil) > 0.5)
            let epoch = try #require(record.epochs.first)
            #expect(record.epochs.count == 1 && epoch["validation_ccc"] != nil && epoch["train_ccc"] != nil)
            #expect(epoch["train_accuracy"] == nil)
            let decisions = try JSONValue.load(record.file(RunFile.decisions))["targets"]?.elements
            #expect(decisions?.map { $0["target"]?.text } == ["arousal", "valence"])
            // A single family of features has no importance by comparison.
            let html = try String(contentsOfFile: record.file(RunFile.report), encoding: .utf8)
            #expect(html.contains("arousal: residuals") && !html.contains("importances"))
        }
        let forest = #"model={"type": "random_forest_regressor", "n_estimators": 10}"#
        try run([Self.arousal], Self.summary + [forest]) { record in
            let html = try String(contentsOfFile: record.file(RunFile.report), encoding: .utf8)
            #expect(html.contains("Impurity importances"))
        }
    }

    @Test func classicalModelsLearnSeveralKindsOfTargets() throws {
        let targets: JSONValue = [
            Self.arousal, ["type": "classification"],
            ["type": "ordinal", "column": "statement", "levels": ["1", "2"]],
        ]
        let model =
            #"model=[{"type": "standard_scaler"}, {"type": "parallel", "branches": [{"type": "ridge", "units": "targets:arousal"}, {"type": "linear_discriminant", "units": "targets:label"}, {"type": "multi_output", "units": "targets:statement", "estimator": {"type": "logistic_regression"}}]}]"#
        try run(targets, Self.summary + [model]) { record in
            let end = try record.requireEnd()
            #expect(try #require(end.test["label.uar"] ?? nil) > 0.4)
            #expect(try #require(end.test["statement.uar"] ?? nil) > 0.5)
            #expect(try #require(end.test["ccc"] ?? nil) > 0.5)
        }
    }

    @Test func classicalModelsThatDoNotFitTheirTargetsAreRefused() throws {
        let mistakes: [(JSONValue, String, String)] = [
            (
                [Self.arousal, ["type": "regression", "column": "valence"]], #"{"type": "svc"}"#,
                "svr, ridge or another regressor"
            ),
            ([["type": "classification"]], #"{"type": "svr"}"#, "svr learns regression targets"),
            ([Self.arousal], #"{"type": "svc"}"#, "svr, ridge or another regressor"),
            (
                [Self.arousal], #"{"type": "multi_output", "estimator": {"type": "svc"}}"#,
                "multi-label and ordinal targets"
            ),
            ([], #"{"type": "ridge"}"#, "ridge predicts targets; add \"targets\""),
            (
                [Self.arousal], #"{"type": "voting", "estimators": [{"type": "svr"}, {"type": "ridge"}]}"#,
                "\"voting\": \"logits\""
            ),
            (
                [Self.arousal],
                #"{"type": "sequential", "layers": [{"type": "select_k_best"}, {"type": "svr"}]}"#,
                "select_k_best selects features by the class"
            ),
            (
                [
                    Self.arousal, ["type": "classification", "column": "speaker", "role": "adversarial"],
                ], #"{"type": "svr"}"#, "cannot unlearn"
            ),
            (
                [Self.arousal, ["type": "classification"]],
                #"{"type": "parallel", "branches": [{"type": "random_forest", "units": "targets:label"}, {"type": "svr", "units": "targets:arousal"}]}"#,
                "random_forest learns one classification"
            ),
        ]
        for (targets, model, text) in mistakes {
            let error = #expect(throws: ConfigurationError.self) {
                var json = try Self.config(targets, Self.summary)
                try json.set("model=\(model)")
                _ = try ExperimentCheck(Experiment.decode(json), json: json)
            }
            #expect("\(error.map { "\($0)" } ?? "")".contains(text), "\(error.map { "\($0)" } ?? "")")
        }
    }

    /// Every mistake in targets is reported with its place.
    @Test func mistakesHavePlaces() throws {
        let mistakes: [(JSONValue, [String], String, String)] = [
            (
                [["type": "regression", "column": "arousal", "range": [5, 1]]], [], "targets[0].range",
                "the smaller one first"
            ),
            (
                [["type": "regression", "column": "arousal", "loss": ["type": "cross_entropy"]]], [],
                "targets[0].loss", "concordance"
            ),
            (
                [["type": "classification", "loss": ["type": "concordance"]]], [], "targets[0].loss",
                "cross_entropy"
            ),
            ([Self.arousal, Self.arousal], [], "targets[1]", "taken by another target"),
            (
                [["type": "classification", "role": "auxiliary"]], [], "targets",
                "at least one target with the role"
            ),
            ([Self.arousal], [#"loss={"type": "focal"}"#], "loss", "move it there"),
            (
                [Self.arousal], [#"evaluation.thresholds={"classes": "uar"}"#],
                "evaluation.thresholds.classes", "applies to classification targets"
            ),
            (
                [["type": "classification"]], [#"evaluation.thresholds={"costs": {"happy": {"gloomy": 2}}}"#],
                "evaluation.thresholds.costs", "unknown class \"gloomy\""
            ),
            (
                [["type": "classification"]],
                [#"evaluation.thresholds={"classes": "uar", "costs": {"happy": {"sad": -2}}}"#],
                "evaluation.thresholds.costs.happy.sad", "conflicts with"
            ),
            (
                [Self.arousal], [#"evaluation.metrics=["ccc", "auc"]"#], "evaluation.metrics[1]",
                "does not apply"
            ),
            ([Self.arousal], ["model[5].units=3"], "model", #"use "units": "targets""#),
            ([Self.arousal], [#"model[5].units="targets:valence""#], "model", #""targets:arousal""#),
            (
                [Self.arousal], [#"training.selection.monitor="validation_uar""#],
                "training.selection.monitor", "validation_ccc"
            ),
        ]
        for (targets, settings, place, text) in mistakes {
            let error = try #require(throws: ConfigurationError.self) {
                let json = try Self.config(targets, settings)
                _ = try ExperimentCheck(Experiment.decode(json), json: json)
            }
            #expect(error.problems.map(\.path.description).contains(place), "\(error)")
            #expect("\(error)".contains(text), "\(error)")
        }
    }

    @Test func valuesThatAreNoTargetsAreErrors() throws {
        let wrong: [(JSONValue, String)] = [
            (["type": "regression", "column": "arousal", "range": [4, 5]], "the \"range\" of the target"),
            (["type": "regression", "column": "gender"], "\"male\" in the column \"gender\""),
            (["type": "regression", "column": "nothing"], "the column \"nothing\", which no clip has"),
            (["type": "ordinal", "column": "statement", "levels": ["1", "3"]], "\"2\" in the column"),
            (["type": "multi_label", "labels": ["a": "arousal"]], "0, 1, or a fraction"),
        ]
        for (target, text) in wrong {
            let json = try Self.config([target])
            let error = #expect(throws: (any Error).self) {
                _ = try ExperimentCheck(Experiment.decode(json), json: json)
            }
            #expect("\(error.map { "\($0)" } ?? "")".contains(text), "\(error.map { "\($0)" } ?? "")")
        }
    }
}
