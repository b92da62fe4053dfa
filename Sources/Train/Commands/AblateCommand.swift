import Autograd
import Configuration
import Foundation
import Lab

extension Command {
    private static let name = Option.text(
        "name", "NAME", help: "What the ablation is called; the config's name unless given.")
    private static let jobs = Option.integer(
        "jobs", "J", in: 1...1024, help: "How many runs at a time; one for each core up to 8 unless given.")
    private static let threads = Option.integer(
        "threads", "K", in: 1...64, help: "Threads of each run; the cores divided by the jobs unless given.")
    private static let printing = Switch(
        name: "print", help: "Prints the command of each single run, one a line, and runs none.")
    private static let slurm = Switch(
        name: "slurm", help: "Writes a script for Slurm in which each single run is a task, and runs none.")
    private static let collect = Switch(
        name: "collect", help: "Makes the table of the runs that are there, and runs none.")

    /// Runs every member of a config's sweep and compares them.
    static let ablate: Command = Command(
        name: "ablate",
        summary:
            "Runs the variants that a config's \"sweep\" lists, over seeds and folds, and compares them.",
        argument: Argument(
            placeholder: "CONFIG", help: "The experiment with its sweep, a JSON file.", completion: .files),
        options: [
            Common.set, name, Common.runs, jobs, threads, Common.cache, Common.noCache, printing, slurm,
            collect,
        ],
        examples: [
            (
                "Train ablate Experiments/ablate-quickstart.json",
                "Takes parts away from a small model, eight seeds each. The same line again goes on where it was stopped."
            ),
            (
                "Train ablate Experiments/ablate-quickstart.json --set sweep.seeds=10 --jobs 2",
                "The same with ten seeds; two runs at a time."
            ),
            (
                "Train ablate CONFIG --slurm --threads 4 && sbatch runs/NAME/slurm.sh",
                "Runs all of it as a job array over a shared folder."
            ),
            ("Train ablate CONFIG --collect", "Makes the table of what is done so far."),
        ],
        run: runAblation)

    private static func runAblation(_ arguments: Arguments) throws {
        guard let path = arguments.argument else { throw UsageError("which experiment? Give its JSON file") }
        let modes = [printing, slurm, collect].filter { arguments[$0] }
        guard modes.count < 2 else {
            throw UsageError("--\(modes[0].name) and --\(modes[1].name) exclude each other")
        }
        try Command.checkName(arguments[name])
        let environment = ProcessInfo.processInfo.environment
        let (experiment, json) = try Experiment.load(
            path, settings: arguments.every(Common.set), environment: environment)
        let plan = try SweepPlan(experiment, json: json, environment: environment)
        let ablation = Ablation(
            plan, folds: try plan.folds(checkingData: modes.isEmpty),
            folder: (arguments[Common.runs] ?? "runs") + "/" + (arguments[name] ?? experiment.name))
        if arguments[collect] {
            guard FileManager.default.fileExists(atPath: ablation.folder) else {
                throw UsageError("there is no ablation in \(ablation.folder)")
            }
            try ablation.check()
            return try finish(ablation)
        }
        try ablation.prepare()
        let cores = Parallel.threads
        let jobs = min(arguments[jobs] ?? min(cores, 8), ablation.singles.count)
        let each = arguments[threads] ?? max(1, cores / (modes.isEmpty ? jobs : 1))
        func words(_ single: Ablation.Single) -> [String] {
            [
                "run", ablation.config(of: single), "--runs", ablation.runs, "--name", single.id,
                "--threads", "\(each)", "--finish",
            ] + (arguments[Common.cache].map { ["--cache", $0] } ?? [])
                + (arguments[Common.noCache] ? ["--no-cache"] : [])
        }
        if !modes.isEmpty {
            let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
            let commands = ablation.singles.map { Shell.line([program] + words($0)) }
            if arguments[printing] { return print(commands.joined(separator: "\n")) }
            return try writeSlurmScript(ablation, commands, threads: each)
        }
        try run(ablation, jobs: jobs) { ["Train"] + words($0) + ["--leash"] }
    }

    private static func run(
        _ ablation: Ablation, jobs: Int, words: @escaping (Ablation.Single) -> [String]
    ) throws {
        let members = NumberText.count(ablation.plan.members.count, "member")
        print(
            "\(members), \(NumberText.count(ablation.singles.count, "run")), \(jobs) at a time, in \(ablation.folder)"
        )
        Interrupt.watch()
        let reporter = AblationReporter(ablation, jobs: jobs)
        let runner = AblationRunner(
            ablation, jobs: jobs, program: "/proc/self/exe", words: words,
            isAskedToStop: { Interrupt.isAsked }, tell: reporter.tell)
        let (ending, standing) = try runner.run()
        reporter.finish()
        for failure in standing.failures {
            Terminal.error(
                "failed: \(failure.single.title) (\(failure.reason)); the end of \(ablation.log(of: failure.single)):"
            )
            for line in failure.lastLines { Terminal.error("    \(line)") }
        }
        if ending == .stopped {
            try AblationTable(ablation).write()
            Terminal.error("Every run is saved. To go on, give the same command again:")
            Terminal.error("    \(Shell.line(CommandLine.arguments))")
            throw Interrupted()
        }
        try finish(ablation, failures: standing.failures)
    }

    /// Writes the tables and shows them. Throws where something is missing.
    private static func finish(
        _ ablation: Ablation, failures: [AblationRunner.Failure] = []
    ) throws {
        let table = AblationTable(ablation)
        try table.write()
        print(table.table.text)
        // Of a single member there is nothing to compare: its other figures and its classes are what is asked for.
        if ablation.plan.members.count == 1, table.figures.contains(where: { $0 != nil }) {
            print(table.overview.text)
            print(table.recalls.text)
            print(table.folds.text)
            if !table.speakers.rows.isEmpty { print(table.speakers.text) }
        }
        let sets = (try? RunSet.all(ablation.folder, skipsUnfinished: true)) ?? []
        if !sets.isEmpty {
            let report = try GroupReport(
                title: ablation.plan.members[0].experiment.name, sets, metric: ablation.plan.options.metric
            ).write(to: ablation.folder)
            print("The report is \(report).")
        }
        print("The tables are in \(ablation.folder): \(AblationTable.files).")
        let unread = table.problems.isEmpty ? nil : RunsUnread(problems: table.problems)
        guard !table.missing.isEmpty else {
            if let unread { throw unread }
            return
        }
        if let unread { Terminal.error("\(unread)") }
        throw AblationIncomplete(
            ablation: ablation, missing: table.missing,
            failed: Dictionary(
                failures.map { ($0.single.id, $0.reason) }, uniquingKeysWith: { first, _ in first }))
    }

    private static func writeSlurmScript(_ ablation: Ablation, _ commands: [String], threads: Int) throws {
        let script = SlurmScript(
            name: (ablation.folder as NSString).lastPathComponent, commands: commands, threads: threads,
            folder: FileManager.default.currentDirectoryPath,
            logs: URL(fileURLWithPath: ablation.folder + "/logs").path)
        let path = ablation.folder + "/slurm.sh"
        try AtomicFile.write(Array(script.text.utf8), to: path)
        print(
            """
            The script is \(path). It has \(NumberText.count(commands.count, "task")); many clusters take at most 1,000 in an array.
            To run it, and to make the table:
                sbatch \(Shell.quoted(path))
                \(Shell.line(CommandLine.arguments.filter { $0 != "--slurm" } + ["--collect"]))
            """)
    }
}

/// Some runs of an ablation have no result.
private struct AblationIncomplete: Error, CustomStringConvertible {
    let ablation: Ablation
    let missing: [Ablation.Single]
    /// Why runs of this call have failed, by their names.
    let failed: [String: String]

    var description: String {
        let lines = missing.prefix(20).map { single in
            let state =
                switch ablation.state(of: single) {
                case .missing: failed[single.id].map { "failed (\($0))" } ?? "not begun"
                case .unfinished: failed[single.id].map { "failed (\($0))" } ?? "not ended"
                case .finished: "no figure \"\(ablation.plan.options.metric)\""
                case .unusable(let reason): reason
                }
            return "    \(single.title): \(state)"
        }
        let more = missing.count > 20 ? ["    and \(missing.count - 20) more"] : []
        let count = NumberText.count(ablation.singles.count, "run")
        return (["\(missing.count) of \(count) have no result"] + lines + more).joined(separator: "\n")
    }
}

/// Runs of an ablation that have ended and cannot be read.
private struct RunsUnread: Error, CustomStringConvertible {
    var problems: [String]

    var description: String {
        problems.joined(separator: "\n")
            + "\nThe tables are without these runs. Remove their folders and give the same command again to run them anew."
    }
}
