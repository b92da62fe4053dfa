import Configuration
import Foundation
import Lab

extension Command {
    private static let set = Option.text(
        "set", "PATH=VALUE", help: "Sets a value of the config before it is checked.", isRepeated: true)

    /// Says everything that is wrong with configs, without reading data.
    static let check: Command = Command(
        name: "check",
        summary:
            "Checks experiments without reading data: every mistake with its place, and the model's layers.",
        argument: Argument(
            placeholder: "CONFIG", help: "The experiments, JSON files.", isRepeated: true, completion: .files),
        options: [set],
        examples: [("Train check Experiments/*.json", "Checks every experiment and shows its layers.")],
        run: { arguments in
            guard !arguments.all.isEmpty else { throw UsageError("which experiments? Give their JSON files") }
            var failures = 0
            for path in arguments.all {
                do {
                    let (experiment, json) = try Experiment.load(
                        path, settings: arguments.every(set), environment: ProcessInfo.processInfo.environment
                    )
                    let plan = try ExperimentPlan(experiment, json: json)
                    print("\(path): no mistakes found\n\(plan.summary)\n")
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
