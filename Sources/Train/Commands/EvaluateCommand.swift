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
    private static let out = Option.path("out", "FILE", help: "Writes what is said of each clip as CSV.")

    /// Tests models that have been trained.
    static let evaluate: Command = Command(
        name: "evaluate",
        summary: "Tests the model of a run, or the mean of several, on the test part or on other data.",
        argument: Argument(
            placeholder: "RUN",
            help: "The folder of a run; of several, such as those of some seeds, the mean is tested.",
            isRepeated: true, completion: .files),
        options: [
            data, part, Common.views, format, out, Common.threads, Common.cache, Common.cacheLimit,
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
                "Train evaluate runs/ours --data emodb:/data/EmoDB --out emodb.csv",
                "How the model does on another corpus; classes are matched by name."
            ),
        ],
        run: { arguments in
            Interrupt.watch()
            arguments.applyThreads()
            let isJSON = arguments[format] == "json"
            let reporter = RunReporter(isQuiet: isJSON)
            guard !arguments.all.isEmpty else { throw UsageError("which run?") }
            let evaluation = try RunEvaluation(
                arguments.all.map { try RunRecord($0) },
                views: arguments.views(),
                cache: try arguments.featureCache(), observer: reporter)
            if arguments[data] != nil, arguments[part] != nil {
                throw UsageError("--part is for the run's own data; leave it or --data out")
            }
            defer { reporter.finish() }
            let (predictions, result) = try Interrupt.whenStopped {
                if let other = arguments[data] {
                    try evaluation.evaluate(DataArgument.read(other).data)
                } else {
                    try evaluation.evaluate(arguments[part].flatMap { Split.Part(rawValue: $0) })
                }
            }
            reporter.finish()
            if let file = arguments[out] { try AtomicFile.write(Array(predictions.csv.utf8), to: file) }
            if isJSON { return print(result.json) }
            print(try predictions.confusion().report(digits: 4))
            print(ResultText.figures(result))
        })
}
