import Configuration
import Foundation
import Lab

extension Command {
    private static let name = Option.text(
        "name", "NAME", help: "What the run is called; the config's name unless given.")
    private static let resume = Switch(name: "resume", help: "Goes on with a run that was stopped or killed.")
    private static let finish = Switch(
        name: "finish",
        help:
            "Begins the run, goes on with it or leaves it where it has ended, whichever is needed: for job arrays."
    )
    private static let leash = Switch(
        name: "leash", help: "Stops and saves once standard input ends: for programs that start runs.")

    /// Trains and tests what a config describes.
    static let run: Command = Command(
        name: "run",
        summary: "Trains and tests the model of an experiment, and keeps all of it in a run folder.",
        argument: Argument(
            placeholder: "CONFIG",
            help: "The experiment, a JSON file; without one the quickstart, which needs no data.",
            completion: .files),
        options: [
            Common.set, name, Common.runs, Common.threads, Common.cache, Common.cacheLimit, Common.noCache,
            resume, finish,
            leash, Common.quiet, Common.json,
        ],
        examples: [
            ("Train run", "The quickstart: a small model on a corpus that is made on the fly."),
            (
                "Train run Experiments/quickstart.json --set training.epochs=5 --name short",
                "The same with five epochs, in runs/short."
            ),
            ("Train run Experiments/quickstart.json --name short --resume", "Goes on where it was stopped."),
        ],
        run: runExperiment)

    private static func runExperiment(_ arguments: Arguments) throws {
        Interrupt.watch()
        if arguments[leash] { Interrupt.watchInput() }
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
                return Terminal.error("The run in \(place) has ended already.")
            }
        } else {
            try check(place, isResumed: arguments[resume])
        }
        guard !Ablation.isIn(place) else {
            throw UsageError("\(place) holds an ablation; give another --name")
        }
        let observer: any RunReporting =
            arguments[Common.json]
            ? JSONReporter() : RunReporter(isQuiet: arguments[Common.quiet])
        do {
            let run = try ExperimentRun(
                experiment, folder: RunFolder(place), cache: cache, observer: observer)
            let result = try run.run()
            observer.finish()
            arguments[Common.json]
                ? observer.result(result, place) : try show(place, isQuickstart: arguments.argument == nil)
        } catch let stop as RunStopped {
            observer.finish()
            var words = CommandLine.arguments.filter { $0 != "--resume" }
            if arguments[Self.name] == nil { words += ["--name", name] }
            let again = Shell.line(words + ["--resume"])
            Terminal.error(
                stop.isSaved
                    ? "Stopped and saved. To go on: \(again)"
                    : "Stopped before the first step. To begin again: \(again)")
            throw Interrupted()
        }
    }

    private static func quickstart(_ settings: [String]) throws -> Experiment {
        let (experiment, json) = try Experiment.resolve(
            JSONValue.parse(Quickstart.json, source: "quickstart.json"), settings: settings)
        _ = try ExperimentPlan(experiment, json: json)
        return experiment
    }

    /// The quickstart may be run again and again: the first of "quickstart", "quickstart-2" ... that no run has ended in.
    private static func freeName(_ name: String, _ runs: String, _ isResumed: Bool) -> String {
        let names = [name] + (2...1000).map { "\(name)-\($0)" }
        let wanted: RunFolder.Content = isResumed ? .unfinished : .empty
        return names.first { RunFolder.content(of: runs + "/" + $0) == wanted } ?? name
    }

    /// Throws where a name that was given cannot be that of a folder.
    static func checkName(_ name: String?) throws {
        guard let name, !RunFolder.isName(name) else { return }
        throw UsageError(
            "--name: expected what can name a folder, at most 200 letters without \"/\", found \(JSONValue.quoted(String(name.prefix(60))))"
        )
    }

    private static func check(_ place: String, isResumed: Bool) throws {
        switch RunFolder.content(of: place) {
        case .empty:
            if isResumed {
                throw UsageError("there is no run in \(place) to go on with; leave --resume out")
            }
        case .unfinished:
            guard isResumed else {
                throw UsageError(
                    "\(place) holds a run that has not ended; go on with --resume, or give another --name")
            }
        case .finished:
            throw UsageError("\(place) holds a run that has ended; give another --name")
        }
    }

    private static func show(_ place: String, isQuickstart: Bool) throws {
        let record = try RunRecord(place)
        let result = try record.requireEnd()
        if let predictions = record.predictions { print(try predictions.confusion().report(digits: 4)) }
        print(ResultText.figures(result))
        for finding in result.findings { Terminal.error("warning: \(finding.message)") }
        print("\nThe run is in \(place); a report for a browser is \(place)/\(RunFile.report).")
        guard isQuickstart else { return }
        let next = [
            ("Train new mine.json", "a config of your own to start from"),
            ("Train predict some.wav --model \(place)", "what this model says of a recording"),
            ("Train run --set seed=2 --name two", "the same with another seed"),
            ("Train --help", "everything else"),
        ]
        let width = next.map(\.0.count).max() ?? 0
        print("\nWhat next:")
        for (command, what) in next {
            print("  \(command.padding(toLength: width, withPad: " ", startingAt: 0))  \(what)")
        }
    }
}
