import Configuration
import Foundation
import Lab
import Reports

extension Command {
    /// Reports everything that is wrong with configs, without reading a sound.
    static let check: Command = Command(
        name: "check",
        summary:
            "Checks experiments before they run: reports every error in the config with its location, the model's layers, their cost, and how many clips are truncated where the data are at hand.",
        argument: Argument(
            placeholder: "CONFIG", help: "The experiments, JSON files.", isRepeated: true, completion: .files),
        options: [Common.set],
        examples: [
            (
                "Train check Experiments/*.json",
                "Checks every experiment and shows its layers. Where the data are at hand, their classes and their split are checked, too."
            )
        ],
        run: { arguments in
            guard !arguments.all.isEmpty else { throw UsageError("which experiments? Give their JSON files") }
            var failures = 0
            for path in arguments.all {
                do {
                    // Among the experiments of a folder there may be their schema.
                    if let json = try? JSONValue.load(path), json["$defs"] != nil {
                        print("\(path): a schema, no experiment\n")
                        continue
                    }
                    let (experiment, json) = try Experiment.load(
                        path, settings: arguments.every(Common.set),
                        environment: ProcessInfo.processInfo.environment, keepsUnset: true)
                    let check = try ExperimentCheck(experiment, json: json)
                    let sweep = try experiment.sweep.map { _ in
                        try SweepPlan(
                            experiment, json: json, environment: ProcessInfo.processInfo.environment,
                            keepsUnset: true)
                    }
                    try sweep?.check()
                    print("\(path): no errors found\n\(check.plan.summary)")
                    print(CostEstimate(experiment, check.plan, data: check.data).text)
                    print(truncation(experiment), terminator: "")
                    if let sweep {
                        let seeds = NumberText.count(sweep.seeds.count, "seed")
                        let folds =
                            switch sweep.options.folds {
                            case nil: ""
                            case .first: ", all folds"
                            case .second(let list): ", \(NumberText.count(list.count, "fold"))"
                            }
                        let names = sweep.members.map(\.name).joined(separator: "; ")
                        print(
                            "sweep: \(NumberText.count(sweep.members.count, "member")), \(seeds)\(folds): \(names)"
                        )
                    }
                    // What the environment lacks is no mistake of the config, but nothing runs without it.
                    do {
                        _ = try arguments.experiment(path)
                        for missing in check.missing {
                            print("files not found, and what depends on them not checked: \(missing)")
                        }
                    } catch { print("before it can run: \(error)") }
                    print("")
                } catch {
                    failures += 1
                    Terminal.error("\(error)")
                }
            }
            if failures > 0 { throw CheckFailed(count: failures, of: arguments.all.count) }
        })

    /// What the features will truncate, or why that is not known.
    private static func truncation(_ experiment: Experiment) -> String {
        do { return try TruncationEstimate(experiment).text } catch {
            return "truncation: unknown, because the data are not at hand (\(error))\n"
        }
    }
}

/// Some configs have mistakes.
struct CheckFailed: Error, CustomStringConvertible {
    let count: Int
    let of: Int
    var description: String { "mistakes in \(count) of \(of) experiments" }
}
