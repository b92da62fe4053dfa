import Autograd
import Configuration
import Foundation
import Lab
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

    /// Tests models that have been trained.
    static let evaluate: Command = Command(
        name: "evaluate",
        summary: "Evaluates the model of a run, or an ensemble of several, on the test set or on other data.",
        argument: Argument(
            placeholder: "RUN",
            help: "The folder of a run; of several, such as those of some seeds, the mean is evaluated.",
            isRepeated: true, completion: .files),
        options: [
            data, labels, allowPartial, part, Common.views, format, out, Common.threads, Common.cache,
            Common.noCache,
        ],
        examples: [
            ("Train evaluate runs/quickstart", "The figures of the run's test part, once more."),
            (
                "Train evaluate runs/seed1 runs/seed2 runs/seed3",
                "What three models of one split are worth together: the mean of their logits."
            ),
            (
                #"Train evaluate runs/ours --part validation --views '[[{"type": "speed", "factor": 0.95}], [{"type": "speed", "factor": 1.05}]]'"#,
                "What the mean over each sound, a little slower and a little faster is worth."
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
            let isJSON = arguments[format] == "json"
            let reporter = RunReporter(isQuiet: isJSON)
            let runs = try RunEvaluation(
                arguments.all.map { try RunRecord($0) },
                views: arguments.views(),
                cache: arguments.featureCache, observer: reporter)
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
