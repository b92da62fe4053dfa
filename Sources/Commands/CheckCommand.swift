import Autograd
import Configuration
import Foundation
import Lab
import Reports

extension Command {
    /// Checks configs without reading audio.
    static let check: Command = Command(
        name: "check",
        summary:
            "Check experiments before running them: report all config errors with their locations, and show the model's layers and cost.",
        argument: Argument(
            placeholder: "CONFIG", help: "Experiments (JSON files).", isRepeated: true, completion: .files),
        options: [Common.set],
        examples: [
            (
                "Train check Experiments/*.json",
                "Check all experiments. If the data are available, also check the classes and the split, and count truncated clips."
            )
        ],
        run: { arguments in
            guard !arguments.all.isEmpty else {
                throw UsageError("missing argument: the experiments' JSON files")
            }
            var failures = 0
            for path in arguments.all {
                do {
                    // A glob such as Experiments/*.json also matches the schema.
                    if let json = try? JSONValue.load(path), json["$defs"] != nil {
                        print("\(path): a JSON schema, skipped\n")
                        continue
                    }
                    if (try? ResultsTable.read(path)) != nil {
                        print("\(path): a results table, skipped; Train reproduce checks and runs its rows\n")
                        continue
                    }
                    let (experiment, json) = try Experiment.load(
                        path, settings: arguments.every(Common.set),
                        environment: ProcessInfo.processInfo.environment, keepsUnset: true)
                    let check = try ExperimentCheck(experiment, json: json)
                    let sweep = try experiment.sweep.map { _ in
                        try ValidatedSweep(
                            experiment, json: json, environment: ProcessInfo.processInfo.environment,
                            keepsUnset: true)
                    }
                    let sweepFolds = try sweep?.check()
                    print("\(path): OK\n\(check.plan.summary)")
                    for remark in check.remarks { print(remark) }
                    for remark in sweepFolds?.remarks ?? [] where !check.remarks.contains(remark) {
                        print(remark)
                    }
                    print(CostEstimate(experiment, check.plan, data: check.data).text)
                    print(truncation(experiment), terminator: "")
                    if let sweep {
                        let seeds = NumberText.count(sweep.seeds.count, "seed")
                        let folds =
                            switch sweep.options.folds {
                            case nil: ""
                            case .first:
                                sweepFolds.map { ", \(foldText($0))" } ?? ", all folds"
                            case .second(let list): ", \(NumberText.count(list.count, "fold"))"
                            }
                        let names = sweep.members.map(\.name).joined(separator: "; ")
                        print(
                            "sweep: \(NumberText.count(sweep.members.count, "member")), \(seeds)\(folds): \(names)"
                        )
                    }
                    // A missing environment variable is not an error of the config, but prevents running it.
                    do {
                        _ = try arguments.experiment(path)
                        for missing in check.missing {
                            print("not checked, because data are missing: \(missing)")
                        }
                    } catch { print("required for a run: \(error)") }
                    print("")
                } catch {
                    failures += 1
                    Terminal.error("\(error)")
                }
            }
            if failures > 0 {
                throw InputError(
                    "\(failures) of \(NumberText.count(arguments.all.count, "experiment")) \(failures == 1 ? "has" : "have") errors"
                )
            }
        })

    /// The folds of a sweep over all folds, which lacks those without clips.
    private static func foldText(_ folds: SweepFolds) -> String {
        guard !folds.isComplete, let numbers = folds.numbers.first else { return "all folds" }
        guard folds.numbers.allSatisfy({ $0 == numbers }) else { return "all folds that have clips" }
        return (numbers.count == 1 ? "fold " : "folds ") + numbers.map(String.init).joined(separator: ", ")
    }

    /// The truncation by the features, or why it is unknown.
    private static func truncation(_ experiment: Experiment) -> String {
        do { return try TruncationEstimate(experiment).text } catch {
            return "truncation: unknown, because the data are not available (\(error))\n"
        }
    }
}
