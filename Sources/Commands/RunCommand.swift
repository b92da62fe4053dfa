import Configuration
import Foundation
import Lab
import SpeechEmotion

extension Command {
    private static let name = Option.text(
        "name", "NAME", help: "Name of the run (default: the config's name).")
    private static let resume = Switch(name: "resume", help: "Resume an interrupted run.")
    private static let finish = Switch(
        name: "finish",
        help:
            "Start the run, resume it, or do nothing if it is finished; for job arrays."
    )
    private static let exitWithParent = Switch(
        name: "exit-with-parent",
        help: "Stop and save when standard input is closed; for programs that start runs.")

    /// Trains and evaluates an experiment.
    static let run: Command = Command(
        name: "run",
        summary: "Train and evaluate the model of an experiment, and write the results to a run folder.",
        argument: Argument(
            placeholder: "CONFIG",
            help: "Experiment (JSON file). Default: the quickstart, which needs no data.",
            isOptional: true, completion: .files),
        options: [
            Common.set, name, Common.runs, Common.threads, Common.cache, Common.cacheLimit, Common.noCache,
            resume, finish,
            exitWithParent, Common.quiet, Common.json,
        ],
        rules: [
            .exclusive(finish, [resume], because: "--finish starts or resumes the run as needed")
        ],
        examples: [
            ("Train run", "Run the quickstart: a small model on a synthetic corpus generated on the fly."),
            (
                "Train run Experiments/quickstart.json --set training.epochs=5 --name short",
                "The same with five epochs, in runs/short."
            ),
            (
                "Train run Experiments/quickstart.json --name short --resume",
                "Resume the run after an interruption."
            ),
        ],
        run: runExperiment)

    private static func runExperiment(_ arguments: Arguments) throws {
        Interrupt.watch()
        if arguments[exitWithParent] { Interrupt.watchInput() }
        arguments.applyThreads()
        let experiment =
            try arguments.argument.map { try arguments.experiment($0) }
            ?? quickstart(arguments.every(Common.set))
        let runs = arguments[Common.runs] ?? "runs"
        let name =
            arguments[name]
            ?? (arguments.argument == nil
                ? freeName(experiment.name, runs, arguments[resume]) : experiment.name)
        try checkName(name)
        let cache = try arguments.featureCache()
        let place = runs + "/" + name
        if arguments[finish] {
            if RunFolder.content(of: place) == .finished {
                guard FileManager.default.fileExists(atPath: place + "/" + RunFile.report) else {
                    try writeReport(place, cache)
                    return Terminal.error("The run in \(place) was finished; its report has been written.")
                }
                return Terminal.error("The run in \(place) is already finished.")
            }
        } else {
            try check(place, isResumed: arguments[resume])
        }
        guard !Ablation.isIn(place) else {
            throw UsageError("\(place) contains an ablation; choose another --name")
        }
        let observer: any RunProgress =
            arguments[Common.json]
            ? JSONProgress() : TerminalProgress(isQuiet: arguments[Common.quiet])
        do {
            let result = try ExperimentRun(
                experiment, folder: RunFolder(place), cache: cache, observer: observer
            ).run()
            observer.finish()
            arguments[Common.json]
                ? observer.result(result, place) : try show(place, isQuickstart: arguments.argument == nil)
        } catch let stop as RunStopped {
            observer.finish()
            let own = [resume, finish, exitWithParent].map(\.name)
            var words = commandLine(CommandLine.arguments, withoutFlags: own, options: [])
            if arguments[Self.name] == nil { words += ["--name", name] }
            let again = Shell.line(words + ["--resume"])
            Terminal.error(
                stop.isSaved
                    ? "Stopped and saved. To resume: \(again)"
                    : "Stopped before the first step. To start again: \(again)")
            throw stop
        }
    }

    /// Writes the report of a run that was interrupted after its result.
    private static func writeReport(_ place: String, _ cache: FeatureCache?) throws {
        let record = try RunRecord(place)
        let data = try ExperimentData(record.trainedExperiment, cache: cache)
        if record.experiment.evaluation.subset == .test { try record.noteTestRead("report") }
        try RunReport(record, data: data).write(to: RunFolder(place))
    }

    private static func quickstart(_ settings: [String]) throws -> Experiment {
        let (experiment, json) = try Experiment.resolve(
            JSONValue.parse(Quickstart.json, source: "quickstart.json"), settings: settings,
            environment: ProcessInfo.processInfo.environment)
        _ = try ValidatedExperiment(experiment, json: json)
        return experiment
    }

    /// Returns the first of "quickstart", "quickstart-2" and so on that has no finished run, so that the quickstart can be repeated.
    private static func freeName(_ name: String, _ runs: String, _ isResumed: Bool) -> String {
        let names = [name] + (2...1000).map { "\(name)-\($0)" }
        let wanted: RunFolder.Content = isResumed ? .unfinished : .empty
        return names.first { RunFolder.content(of: runs + "/" + $0) == wanted } ?? name
    }

    /// Throws a `UsageError` if the name is not a valid folder name.
    static func checkName(_ name: String?) throws {
        guard let name, !RunName.isValid(name) else { return }
        throw UsageError(
            "--name: expected a folder name of at most 200 bytes without \"/\", found \(JSONValue.quoted(String(name.prefix(60))))"
        )
    }

    private static func check(_ place: String, isResumed: Bool) throws {
        switch RunFolder.content(of: place) {
        case .empty:
            if isResumed {
                throw UsageError("there is no run in \(place) to resume; remove --resume to start one")
            }
        case .unfinished:
            guard isResumed else {
                throw UsageError(
                    "\(place) contains an unfinished run; add --resume to continue it, or choose another --name"
                )
            }
        case .finished:
            throw UsageError("\(place) contains a finished run; choose another --name")
        }
    }

    private static func show(_ place: String, isQuickstart: Bool) throws {
        let record = try RunRecord(place)
        let result = try record.requireEnd()
        if let predictions = record.predictions { print(try predictions.report()) }
        print(ResultText.metrics(result, record.predictions))
        if let note = record.trainedExperiment.decisionValueNote { print(note) }
        for warning in result.warnings { Terminal.error("warning: \(warning)") }
        print("\nResults: \(place)\nReport: \(place)/\(RunFile.report)")
        guard isQuickstart else { return }
        let next = [
            ("Train new mine.json", "create a config for your own experiment"),
            ("Train predict some.wav --model \(place)", "predict a recording with this model"),
            ("Train run --set seed=2 --name two", "repeat with another seed"),
            ("Train --help", "list all commands"),
        ]
        let width = next.map(\.0.count).max() ?? 0
        print("\nNext steps:")
        for (command, what) in next {
            print("  \(command.padding(toLength: width, withPad: " ", startingAt: 0))  \(what)")
        }
    }
}
