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
    private static let part = Option.choice(
        "subset", ["train", "validation", "test"],
        help:
            "Subset of the run's data (default: the subset that the run evaluated)."
    )
    private static let format = Option.choice(
        "format", ["table", "json"], help: "Output format (default: table).")
    private static let out = Option.path(
        "out", "FOLDER",
        help:
            "New folder for the report, predictions and metrics (default: RUN/evaluations/NAME)."
    )
    private static let labels = Option.text(
        "labels", "JSON",
        help:
            #"With --data: map labels of the data to classes of the model, such as {"anger": "angry"}; null drops a label."#
    )
    private static let allowPartial = Switch(
        name: "allow-partial",
        help:
            "With --data: evaluate even if over 10% of the clips do not match a class of the model, or a class has no clips."
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
                "Run folder. Several runs are evaluated as an ensemble. The models of a cross-validation (FOLDER:MEMBER selects a member of an ablation) are evaluated one by one, with mean and standard deviation.",
            isRepeated: true, completion: .files),
        options: [
            data, labels, allowPartial, ensemble, part, Common.views, format, out, Common.threads,
            Common.cache,
            Common.cacheLimit,
            Common.noCache,
        ],
        examples: [
            ("Train evaluate runs/quickstart", "Compute the metrics on the run's test set again."),
            (
                "Train evaluate runs/seed1 runs/seed2 runs/seed3",
                "Evaluate the ensemble of three models trained on the same split."
            ),
            (
                "Train evaluate runs/my-folds --data emodb:/data/EmoDB",
                "Evaluate every model of a cross-validation on another corpus."
            ),
            (
                #"Train evaluate runs/ours --subset validation --tta '[[{"type": "speed", "factor": 0.95}], [{"type": "speed", "factor": 1.05}]]'"#,
                "Test-time augmentation: average over the original, a slower and a faster copy of each clip."
            ),
            (
                #"Train evaluate runs/ours --data folders:/data/URDU --labels '{"Angry": "angry", "Sad": "sad"}' --allow-partial"#,
                "Evaluate on another corpus that has some of the model's classes, with mapped labels."
            ),
        ],
        run: { arguments in
            Interrupt.watch()
            arguments.applyThreads()
            guard !arguments.all.isEmpty else { throw UsageError("missing argument: the run") }
            try checkOptions(arguments)
            if let set = try crossValidation(arguments) { return try evaluateEach(set, arguments) }
            let isJSON = arguments[format] == "json"
            let reporter = TerminalProgress(isQuiet: isJSON)
            let runs = try RunEvaluation(
                arguments.all.map { try RunRecord($0) },
                views: arguments.views(),
                cache: try arguments.featureCache(), observer: reporter)
            if let out = arguments[out] { try Evaluation.checkFree(out) }
            defer { reporter.finish() }
            let evaluation = try Interrupt.whenStopped {
                guard let other = arguments[data] else {
                    return try runs.evaluate(arguments[part].flatMap { Split.Part(rawValue: $0) })
                }
                return try runs.evaluate(
                    DataArgument.read(other).data,
                    labels: arguments[labels].map { try LabelMapping(json: $0, source: "--labels") }
                        ?? LabelMapping(),
                    allowsPartial: arguments[allowPartial])
            }
            reporter.finish()
            let folder = try evaluation.write(to: arguments[out])
            let place = "Results: \(folder)\nReport: \(folder)/\(RunFile.report)"
            if isJSON {
                print(evaluation.result.json)
                return Terminal.error(place)
            }
            print(try evaluation.predictions.confusion().report(digits: 4))
            print(ResultText.figures(evaluation.result))
            print("\n\(place)")
        })

    /// The cross-validation that is named; nil where runs are, whose ensemble is evaluated.
    private static func crossValidation(_ arguments: Arguments) throws -> RunSet? {
        let groups = arguments.all.filter { RunSet.ablationFolder($0) != nil }
        guard let first = groups.first else {
            if arguments[ensemble] {
                throw UsageError("--ensemble is for a cross-validation; several runs are an ensemble anyway")
            }
            return nil
        }
        guard arguments.all.count == 1 else {
            throw UsageError("\(first) is a cross-validation; evaluate it alone")
        }
        return try RunSet(first)
    }

    /// Evaluates the model of each run of a cross-validation, on its own subset or on other data, or their ensemble on other data.
    private static func evaluateEach(_ set: RunSet, _ arguments: Arguments) throws {
        if set.unfinished > 0 {
            Terminal.error(
                "warning: \(set.path): \(set.unfinished) of \(set.unfinished + set.records.count) runs have not ended and are left out"
            )
        }
        if arguments[ensemble], arguments[data] == nil {
            throw UsageError(
                "--ensemble needs --data: each clip of the cross-validation was in the training set of most of its models"
            )
        }
        guard arguments[out] == nil || arguments[ensemble] else {
            throw UsageError("--out is for a single evaluation; each run gets a folder of its own")
        }
        let isJSON = arguments[format] == "json"
        let reporter = TerminalProgress(isQuiet: true)
        defer { reporter.finish() }
        func evaluate(_ records: [RunRecord]) throws -> Evaluation {
            let runs = try RunEvaluation(
                records, views: arguments.views(), cache: try arguments.featureCache(),
                observer: reporter)
            return try Interrupt.whenStopped {
                guard let other = arguments[data] else {
                    return try runs.evaluate(arguments[part].flatMap { Split.Part(rawValue: $0) })
                }
                return try runs.evaluate(
                    DataArgument.read(other).data,
                    labels: arguments[labels].map { try LabelMapping(json: $0, source: "--labels") }
                        ?? LabelMapping(), allowsPartial: arguments[allowPartial])
            }
        }
        if arguments[ensemble] {
            let evaluation = try evaluate(set.records)
            let folder = try evaluation.write(to: arguments[out])
            print(
                isJSON ? evaluation.result.json : ResultText.figures(evaluation.result), "", separator: "\n")
            return Terminal.error("The evaluation is in \(folder).")
        }
        var members: [RunGroup.Member] = []
        for (index, record) in set.records.enumerated() {
            if !isJSON { Terminal.error("\(index + 1) of \(set.records.count): \(record.path)") }
            let evaluation = try evaluate([record])
            _ = try evaluation.write(to: nil)
            var member = try RunGroup.Member(record)
            member.predictions = evaluation.predictions
            member.speakerIndependent = evaluation.result.speakerIndependent
            member.figures = Dictionary(
                evaluation.result.test.entries.compactMap { entry in entry.value.map { (entry.name, $0) } },
                uniquingKeysWith: { first, _ in first })
            members.append(member)
        }
        let group = RunGroup(set.name, members)
        let options = set.experiment.evaluation
        let figures = options.metrics.map(\.rawValue) + ["loss"]
        let overviews = GroupOverviews([group], figures: figures)
        let table = overviews.allFigures(level: options.confidenceLevel, draws: options.resamples)
        if isJSON {
            print(table.json.pretty())
        } else {
            print(table.text + "\n" + overviews.byFold.text)
        }
    }

    private static func checkOptions(_ arguments: Arguments) throws {
        if arguments[data] != nil {
            guard arguments[part] == nil else {
                throw UsageError("--subset and --data are mutually exclusive")
            }
            return
        }
        if arguments[labels] != nil || arguments[allowPartial] {
            throw UsageError(
                "\(arguments[labels] != nil ? "--labels" : "--allow-partial") is for other data; name them with --data"
            )
        }
    }
}
