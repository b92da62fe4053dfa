import Configuration
import Foundation
import Lab

extension Command {
    /// Says everything that is wrong with configs, without reading data.
    static let check: Command = Command(
        name: "check",
        summary:
            "Checks experiments without reading data: every mistake with its place, the model's layers, and what they cost.",
        argument: Argument(
            placeholder: "CONFIG", help: "The experiments, JSON files.", isRepeated: true, completion: .files),
        options: [Common.set],
        examples: [("Train check Experiments/*.json", "Checks every experiment and shows its layers.")],
        run: { arguments in
            guard !arguments.all.isEmpty else { throw UsageError("which experiments? Give their JSON files") }
            var failures = 0
            for path in arguments.all {
                do {
                    let environment = ProcessInfo.processInfo.environment
                    let (experiment, json) = try Experiment.load(
                        path, settings: arguments.every(Common.set), environment: environment)
                    let plan = try ExperimentPlan(experiment, json: json)
                    print("\(path): no mistakes found\n\(plan.summary)")
                    print(CostEstimate(experiment, plan).text)
                    if experiment.sweep != nil {
                        let sweep = try SweepPlan(experiment, json: json, environment: environment)
                        print("\(sweep.members.count) members of the sweep, no mistakes found")
                    }
                    print("")
                } catch {
                    failures += 1
                    Terminal.error("\(error)")
                }
            }
            if failures > 0 { throw CheckFailed(count: failures, of: arguments.all.count) }
        })
}

/// Some configs have mistakes.
struct CheckFailed: Error, CustomStringConvertible {
    let count: Int
    let of: Int
    var description: String { "mistakes in \(count) of \(of) experiments" }
}
