import Autograd
import Configuration
import Foundation
import Lab
import Layers
import SpeechEmotion

extension Command {
    private static let data = Option.path(
        "data", "DATA",
        help:
            "Evaluate on all clips of another corpus: KIND:PATH, or a JSON file with an experiment or its data."
    )
    private static let subset = Option.choice(
        "subset", ["train", "validation", "test"],
        help:
            "Subset of the run's own data (default: the one that the run was evaluated on; test, or validation for a search)."
    )
    private static let out = Option.path(
        "out", "FOLDER",
        help:
            "New folder for the report, the predictions and the metrics (default: evaluations/NAME in the folder of the run or cross-validation)."
    )
    private static let labels = Option.text(
        "labels", "JSON",
        help:
            #"With --data: map labels of the data to classes of the model, such as {"anger": "angry"}; null drops a label."#
    )
    private static let segmentFile = Option.path(
        "segments", "FILE",
        help: "With --data and a frame classification model: CSV file with the labeled segments of the clips."
    )
    private static let allowPartial = Switch(
        name: "allow-partial",
        help:
            "With --data: evaluate even if more than 10% of the clips do not match a class of the model or cannot be read, or if a class has no clips."
    )

    private static let adapt = Option.choice(
        "adapt", SpeakerAdaptation.allCases.map(\.rawValue),
        help:
            "Also evaluate each model after unsupervised adaptation to each speaker: batch-norm re-estimates the statistics of batch normalization on all clips of the speaker (transductive); normalization normalizes with the statistics of the speaker's clips so far (causal)."
    )
    private static let ensemble = Switch(
        name: "ensemble",
        help: "With --data: evaluate the ensemble of a cross-validation's models instead of each model.")

    /// Evaluates trained models.
    static let evaluate: Command = Command(
        name: "evaluate",
        summary: "Evaluate trained models or their ensemble on the test set or on another corpus.",
        argument: Argument(
            placeholder: "RUN",
            help:
                "Run folder. Several runs are evaluated as an ensemble. The models of a cross-validation (FOLDER:MEMBER selects a member of an ablation) are evaluated one by one, with mean and standard deviation; those of several cross-validations with the same folds form one ensemble per fold.",
            isRepeated: true, completion: .files),
        options: [
            data, labels, segmentFile, allowPartial, ensemble, VotingOptions.voting, VotingOptions.weights,
            subset, adapt,
            Common.tta, TableFormat.option, out, Common.threads,
            Common.cache,
            Common.cacheLimit,
            Common.noCache,
        ],
        rules: [
            .exclusive(subset, [data]), .requires([labels, segmentFile, allowPartial], data),
        ],
        examples: [
            ("Train evaluate runs/quickstart", "Recompute the metrics on the run's test set."),
            (
                "Train evaluate runs/seed1 runs/seed2 runs/seed3",
                "Evaluate the ensemble of three models trained on the same split."
            ),
            (
                "Train evaluate runs/forest runs/network --voting soft --weights 1,2",
                "Average the class probabilities of models with different features; the second model has twice the weight."
            ),
            (
                "Train evaluate runs/network-folds runs/classical-folds --voting soft",
                "Average the class probabilities of two cross-validations in each fold, and test the ensemble against each of them."
            ),
            (
                "Train evaluate runs/my-folds --data emodb:/data/EmoDB",
                "Evaluate every model of a cross-validation on another corpus."
            ),
            (
                #"Train evaluate runs/ours --subset validation --tta '[[{"type": "speed", "factor": 0.95}], [{"type": "speed", "factor": 1.05}]]'"#,
                "Use test-time augmentation: average over the original, a slower and a faster copy of each clip."
            ),
            (
                #"Train evaluate runs/ours --data folders:/data/URDU --labels '{"Angry": "angry", "Sad": "sad"}' --allow-partial"#,
                "Evaluate on another corpus that has some of the model's classes, with mapped labels."
            ),
        ],
        run: { arguments in
            Interrupt.watch()
            arguments.applyThreads()
            guard !arguments.all.isEmpty else { throw UsageError("missing argument: a run folder") }
            if let out = arguments[out] { try Evaluation.checkFree(out) }
            let sets = try crossValidations(arguments)
            guard sets.isEmpty else {
                return try arguments[ensemble]
                    ? evaluateTogether(sets[0].records, sets[0], arguments) : evaluateEach(sets, arguments)
            }
            try evaluateTogether(arguments.all.map { try RunRecord($0) }, nil, arguments)
        })

    /// Evaluates a run, or the ensemble of several, such as those of a cross-validation.
    private static func evaluateTogether(
        _ records: [RunRecord], _ set: RunSet?, _ arguments: Arguments
    ) throws {
        let reporter = TerminalProgress(isQuiet: arguments.tableFormat != .table)
        defer { reporter.finish() }
        let evaluation = try evaluate(
            RunEvaluation(
                records, of: set.map { ($0.path, $0.records) }, vote: arguments.vote(records.count),
                tta: arguments.tta(),
                adaptation: adaptation(arguments),
                cache: arguments.featureCache(),
                observer: reporter), arguments)
        reporter.finish()
        let folder = try evaluation.write(
            to: arguments[out], in: set.map { RunSet.ablationFolder($0.path) ?? $0.path })
        if arguments.tableFormat == .table {
            print(try evaluation.predictions.report())
            // A note about the labels of other data names the classes without clips.
            print(
                evaluation.data == nil
                    ? ResultText.metrics(evaluation.result, evaluation.predictions)
                    : ResultText.metrics(evaluation.result, of: evaluation.name))
            if let table = evaluation.adaptationTable { print("\n\(table.text)") }
            print("\n\(place(folder))")
        } else {
            let name = set?.name ?? records.map(\.name).joined(separator: ", ")
            var table =
                evaluation.adaptationTable
                ?? ResultText.table(evaluation.result, title: "\(name) on \(evaluation.name)")
            table.protocolText = try evaluation.protocolText()
            Terminal.show(
                arguments.tableFormat == .json
                    ? json(evaluation) + "\n" : arguments.tableFormat.text(table))
            Terminal.error(place(folder))
        }
    }

    private static func adaptation(_ arguments: Arguments) -> SpeakerAdaptation? {
        arguments[adapt].flatMap(SpeakerAdaptation.init)
    }

    /// The result as JSON, with that of the adapted model under `adapted`.
    private static func json(_ evaluation: Evaluation) -> String {
        guard let adapted = evaluation.adapted else { return evaluation.result.json }
        var json = evaluation.result.encode()
        json["adapted"] = adapted.result.encode()
        return json.pretty()
    }

    private static func place(_ folder: String) -> String {
        "Results: \(folder)\nReport: \(folder)/\(RunFile.report)"
    }

    /// Evaluates what the options name.
    private static func evaluate(_ runs: RunEvaluation, _ arguments: Arguments) throws -> Evaluation {
        guard let other = arguments[data] else {
            return try runs.evaluate(arguments[subset].flatMap { Split.Subset(rawValue: $0) })
        }
        return try runs.evaluate(
            DataArgument.read(other).data,
            labels: arguments[labels].map { try LabelMapping(json: $0, source: "--labels") }
                ?? LabelMapping(), segments: arguments[segmentFile], allowsPartial: arguments[allowPartial])
    }

    /// The cross-validations that the arguments name; none if they name runs, whose ensemble is evaluated.
    private static func crossValidations(_ arguments: Arguments) throws -> [RunSet] {
        let groups = arguments.all.filter { RunSet.ablationFolder($0) != nil }
        guard let first = groups.first else {
            if arguments[ensemble] {
                throw UsageError(
                    "--ensemble applies to a cross-validation; several runs are always evaluated as an ensemble"
                )
            }
            return []
        }
        if let run = arguments.all.first(where: { !groups.contains($0) }) {
            throw UsageError(
                "\(first) is a cross-validation, but \(run) is not; name only cross-validations or only runs")
        }
        if arguments[ensemble], groups.count > 1 {
            throw UsageError(
                "--ensemble applies to a single cross-validation; the models of several form one ensemble per fold"
            )
        }
        if arguments[ensemble], arguments[data] == nil {
            throw UsageError(
                "--ensemble requires --data: each clip of the cross-validation was in the training set of most of its models"
            )
        }
        return try groups.map { try RunSet.reportedOne($0) }
    }

    /// Evaluates the model of each run of a cross-validation, or the ensembles of several, on a subset of its own data or on other data.
    private static func evaluateEach(_ sets: [RunSet], _ arguments: Arguments) throws {
        let reporter = TerminalProgress(isQuiet: true)
        defer { reporter.finish() }
        var done = 0
        let total = sets.map(\.records.count).max() ?? 0
        let evaluation = try GroupEvaluation(
            sets, vote: arguments.vote(sets.count), tta: arguments.tta(), adaptation: adaptation(arguments),
            cache: arguments.featureCache(), observer: reporter
        ) { runs in
            if arguments.tableFormat == .table {
                Terminal.error(
                    "\(done + 1) of \(total)" + (sets.count == 1 ? ": \(sets[0].records[done].path)" : ""))
            }
            done += 1
            return try evaluate(runs, arguments)
        }
        let folder = try evaluation.write(to: arguments[out])
        evaluation.truncations.forEach(Terminal.error)
        let (format, speakers) = (arguments.tableFormat, evaluation.speakers)
        let text = format.text(
            evaluation.overview, [evaluation.folds] + (speakers.rows.isEmpty ? [] : [speakers]))
        if format == .table {
            print(text)
            if let comparison = evaluation.comparison { print(comparison.text + "\n") }
            if let adaptation = adaptation(arguments) { print(adaptation.note + "\n") }
            print(place(folder))
        } else {
            Terminal.show(format == .json ? evaluation.tables.pretty() + "\n" : text)
            Terminal.error(place(folder))
        }
    }
}
