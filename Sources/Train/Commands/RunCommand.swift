import Autograd
import Configuration
import Foundation
import Lab

extension Command {
    private static let set = Option.text(
        "set", "PATH=VALUE", help: "Sets a value of the config: --set training.epochs=5.", isRepeated: true)
    private static let name = Option.text(
        "name", "NAME", help: "What the run is called; the config's name unless given.")
    private static let runs = Option.path(
        "runs", "FOLDER", help: "Where runs are kept; \"runs\" unless given.")
    private static let threads = Option.integer(
        "threads", "K", in: 1...64, help: "How many threads; all cores unless given. No result depends on it."
    )
    private static let resume = Switch(name: "resume", help: "Goes on with a run that was stopped or killed.")
    private static let quiet = Switch(name: "quiet", help: "Shows errors and the result only.")

    /// Trains and tests what a config describes.
    static let run: Command = Command(
        name: "run",
        summary: "Trains and tests the model of an experiment, and keeps all of it in a run folder.",
        argument: Argument(placeholder: "CONFIG", help: "The experiment, a JSON file.", completion: .files),
        options: [set, name, runs, threads, resume, quiet],
        examples: [
            ("Train run Experiments/quickstart.json", "Trains on the embedded corpus."),
            (
                "Train run Experiments/quickstart.json --set training.epochs=5 --name short",
                "The same with five epochs, in runs/short."
            ),
            ("Train run Experiments/quickstart.json --name short --resume", "Goes on where it was stopped."),
        ],
        run: runExperiment)

    private static func runExperiment(_ arguments: Arguments) throws {
        guard let path = arguments.argument else { throw UsageError("which experiment? Give its JSON file") }
        Interrupt.watch()
        if let threads = arguments[threads] { Parallel.threads = threads }
        let (experiment, json) = try Experiment.load(
            path, settings: arguments.every(set), environment: ProcessInfo.processInfo.environment)
        _ = try ExperimentPlan(experiment, json: json)
        let place = (arguments[runs] ?? "runs") + "/" + (arguments[name] ?? experiment.name)
        switch RunFolder.content(of: place) {
        case .empty:
            if arguments[resume] {
                throw UsageError("there is no run in \(place) to go on with; leave --resume out")
            }
        case .unfinished:
            guard arguments[resume] else {
                throw UsageError(
                    "\(place) holds a run that has not ended; go on with --resume, or give another --name")
            }
        case .finished:
            throw UsageError("\(place) holds a run that has ended; give another --name")
        }
        let observer = RunReporter(isQuiet: arguments[quiet])
        do {
            let run = try ExperimentRun(experiment, folder: RunFolder(place), observer: observer)
            let result = try run.run()
            observer.finish()
            print(try result.predictions.confusion().report(digits: 4))
            print("The run is in \(place).")
        } catch let stop as RunStopped {
            observer.finish()
            Terminal.error(
                stop.isSaved
                    ? "Stopped and saved. To go on: Train run \(path) --name \(arguments[name] ?? experiment.name) --resume"
                    : "Stopped before the first step.")
            throw Interrupted()
        }
    }
}
