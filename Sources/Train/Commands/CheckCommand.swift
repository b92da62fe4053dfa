import Configuration
import Foundation
import Lab

extension Command {
    /// Says everything that is wrong with configs, without reading data.
    static let check: Command = Command(
        name: "check",
        summary:
            "Checks experiments before they run: every error in the config with its location, the model's layers, their cost, and how many clips are truncated where the data are at hand.",
        argument: Argument(
            placeholder: "CONFIG", help: "The experiments, JSON files.", isRepeated: true, completion: .files),
        options: [Common.set],
        examples: [("Train check Experiments/*.json", "Checks every experiment and shows its layers.")],
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
                    let (experiment, plan, json) = try arguments.checked(path, keepsUnset: true)
                    let sweep = try experiment.sweep.map { _ in
                        try SweepPlan(
                            experiment, json: json, environment: ProcessInfo.processInfo.environment,
                            keepsUnset: true)
                    }
                    print("\(path): no mistakes found\n\(plan.summary)")
                    print(CostEstimate(experiment, plan).text)
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
                    do { _ = try arguments.experiment(path) } catch { print("before it can run: \(error)") }
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
