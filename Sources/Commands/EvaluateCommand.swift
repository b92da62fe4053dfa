import Autograd
import Configuration
import Foundation
import Lab
import Layers
import SpeechEmotion

extension Command {
    private static let data = Option.path(
        "data", "DATA",
        help: "Other data, all of it: KIND:PATH, or the JSON file of an experiment or its data.")
    private static let part = Option.choice(
        "part", ["train", "validation", "test"],
        help:
            "Which part of the run's own data; the one that the run measured unless given: test, or validation for a search."
    )
    private static let format = Option.choice(
        "format", ["table", "json"], help: "For people or for programs.")
    private static let out = Option.path(
        "out", "FOLDER",
        help:
            "A new folder for the report, the predictions and the metrics; RUN/evaluations/NAME unless given."
    )
    private static let labels = Option.text(
        "labels", "JSON",
        help:
            #"With --data: the class of the model for labels of the data, such as {"anger": "angry"}; null drops a label."#
    )
    private static let allowPartial = Switch(
        name: "allow-partial",
        help:
            "With --data: goes on where more than a tenth of the clips have no class of the model, or a class has no clip."
    )

    private static let ensemble = Switch(
        name: "ensemble",
        help: "With --data: evaluates the ensemble of a cross-validation's models instead of each of them.")

    /// Tests models that have been trained.
    static let evaluate: Command = Command(
        name: "evaluate",
        summary: "Evaluates the model of a run, or an ensemble of several, on the test set or on other data.",
        argument: Argument(
            placeholder: "RUN",
            help:
                "The folder of a run; of several, such as those of some seeds, the ensemble is evaluated. Of a cross-validation (FOLDER:MEMBER names a member of an ablation) each model is evaluated, with the mean and the spread.",
            isRepeated: true, completion: .files),
        options: [
            data, labels, allowPartial, ensemble, part, Common.views, format, out, Common.threads,
            Common.cache,
            Common.cacheLimit,
            Common.noCache,
        ],
        examples: [
            ("Train evaluate runs/quickstart", "The metrics of the run's test set, once more."),
            (
                "Train evaluate runs/seed1 runs/seed2 runs/seed3",
                "The ensemble of three models of one split: the mean of their logits."
            ),
            (
                "Train evaluate runs/my-folds --data emodb:/data/EmoDB",
                "Every model of a cross-validation on another corpus: mean, spread and intervals."
            ),
            (
                #"Train evaluate runs/ours --part validation --views '[[{"type": "speed", "factor": 0.95}], [{"type": "speed", "factor": 1.05}]]'"#,
                "Test-time augmentation: the mean over each clip, a slower and a faster copy of it."
            ),
            (
                #"Train evaluate runs/ours --data folders:/data/URDU --labels '{"Angry": "angry", "Sad": "sad"}' --allow-partial"#,
                "Another corpus: its labels are mapped to classes of the model, of which it has some."
            ),
        ],
        run: { arguments in
            Interrupt.watch()
            arguments.applyThreads()
            guard !arguments.all.isEmpty else { throw UsageError("which run?") }
            try checkOptions(arguments)
            if let set = try crossValidation(arguments) { return try evaluateEach(set, arguments) }
            let isJSON = arguments[format] == "json"
            let reporter = RunReporter(isQuiet: isJSON)
            let runs = try RunEvaluation(
                arguments.all.map { try RunRecord($0) },
                views: arguments.views(),
                cache: try arguments.featureCache(), observer: reporter)
            if let out = arguments[out] { try Evaluation.checkFree(out) }
            defer { reporter.finish() }
            let evaluation = try Interrupt.whenStopped {
                guard let other = arguments[data] else {
                    return try runs.evaluate(arguments[part].flatMap { Split.Subset(rawValue: $0) })
                }
                return try runs.evaluate(
                    DataArgument.read(other).data,
                    labels: arguments[labels].map { try LabelMapping(json: $0, source: "--labels") }
                        ?? LabelMapping(),
                    allowsPartial: arguments[allowPartial])
            }
            reporter.finish()
            let folder = try evaluation.write(to: arguments[out])
            let place =
                "The evaluation is in \(folder); a report for a browser is \(folder)/\(RunFile.report)."
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
        let reporter = RunReporter(isQuiet: true)
        defer { reporter.finish() }
        func evaluate(_ records: [RunRecord]) throws -> Evaluation {
            let runs = try RunEvaluation(
                records, views: arguments.views(), cache: try arguments.featureCache(),
                observer: reporter)
            return try Interrupt.whenStopped {
                guard let other = arguments[data] else {
                    return try runs.evaluate(arguments[part].flatMap { Split.Subset(rawValue: $0) })
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
        let table = overviews.allFigures(level: options.level, draws: options.draws)
        if isJSON {
            print(table.json.pretty())
        } else {
            print(table.text + "\n" + overviews.byFold.text)
        }
    }

    private static func checkOptions(_ arguments: Arguments) throws {
        if arguments[data] != nil {
            guard arguments[part] == nil else {
                throw UsageError("--part is for the run's own data; leave it or --data out")
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
