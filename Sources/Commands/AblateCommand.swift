import Autograd
import Configuration
import Foundation
import Lab
import Reports

extension Command {
    private static let name = Option.text(
        "name", "NAME", help: "Name of the folder (default: the config's name).")
    private static let jobs = Option.integer(
        "jobs", "J", in: 1...1024, help: "Number of concurrent runs (default: one per core, at most 8).")
    private static let threads = Option.integer(
        "threads", "K", in: 1...64, help: "Threads per run (default: number of cores divided by jobs).")
    private static let printing = Switch(
        name: "print", help: "Print the command of each run, one per line, without running it.")
    private static let slurm = Switch(
        name: "slurm",
        help:
            "Write a Slurm script with one task per run, without running it. A task that reaches its time limit saves its state, is requeued and resumes."
    )
    private static let collect = Switch(
        name: "collect", help: "Write the tables for the finished runs, without running any.")
    /// Options of the single runs.
    private static let passedOn: [any OptionDeclaration] = [
        threads, Common.cache, Common.cacheLimit, Common.noCache,
    ]

    /// Runs all members of a config's sweep and compares them.
    static let ablate: Command = Command(
        name: "ablate",
        summary:
            "Run an ablation study, parameter search or cross-validation: the \"sweep\" of a config, over seeds and folds.",
        argument: Argument(
            placeholder: "CONFIG", help: "Experiment with a \"sweep\" (JSON file).", completion: .files),
        options: [
            Common.set, name, Common.runs, jobs, threads, Common.cache, Common.cacheLimit, Common.noCache,
            printing, slurm, Common.slurmOptions,
            Common.slurmArray, collect,
        ],
        rules: [
            .exclusive(printing, [slurm, collect]), .exclusive(slurm, [collect]),
            .requires([Common.slurmOptions, Common.slurmArray], slurm),
            .useless([jobs], with: printing), .useless([jobs], with: slurm),
            .useless([jobs] + passedOn, with: collect),
        ],
        examples: [
            (
                "Train ablate Experiments/ablate-quickstart.json",
                "Ablate components of a small model, with four folds and two seeds each. To resume, repeat the command."
            ),
            (
                "Train ablate Experiments/ablate-quickstart.json --set sweep.seeds=10 --jobs 2",
                "The same with ten seeds, two runs at a time."
            ),
            (
                "Train ablate CONFIG --slurm --threads 4 --slurm-options \"--time=2:00:00\" && sbatch runs/NAME/slurm.sh",
                "Run everything as a Slurm job array in a shared folder; tasks that exceed the time limit are requeued and resume."
            ),
            ("Train ablate CONFIG --collect", "Write the tables for the runs finished so far."),
        ],
        run: runAblation)

    private static func runAblation(_ arguments: Arguments) throws {
        guard let path = arguments.argument else {
            throw UsageError("missing argument: the experiment's JSON file")
        }
        let modes = [printing, slurm, collect].filter { arguments[$0] }
        let options = try arguments.slurmOptions()
        try Command.checkName(arguments[name])
        _ = try arguments.featureCache()
        let environment = ProcessInfo.processInfo.environment
        let (experiment, json) = try Experiment.load(
            path, settings: arguments.every(Common.set), environment: environment)
        let plan = try ValidatedSweep(experiment, json: json, environment: environment)
        let folds = try plan.folds(checkingData: modes.isEmpty)
        folds.remarks.forEach(Terminal.error)
        let ablation = Ablation(
            plan, folds: folds.numbers,
            folder: (arguments[Common.runs] ?? "runs") + "/" + (arguments[name] ?? experiment.name))
        if arguments[collect] {
            guard FileManager.default.fileExists(atPath: ablation.folder) else {
                throw UsageError("there is no ablation in \(ablation.folder)")
            }
            try ablation.check()
            try ablation.writeManifest()
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
                + (arguments[Common.cacheLimit].map { ["--cache-limit", $0.text] } ?? [])
                + (arguments[Common.noCache] ? ["--no-cache"] : [])
        }
        if !modes.isEmpty {
            let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
            let commands = ablation.singles.map { Shell.line([program] + words($0)) }
            if arguments[printing] { return print(commands.joined(separator: "\n")) }
            let script = SlurmScript(
                name: (ablation.folder as NSString).lastPathComponent, commands: commands, threads: each,
                folder: FileManager.default.currentDirectoryPath,
                logs: URL(fileURLWithPath: ablation.folder + "/logs").path,
                arraySize: arguments.slurmArraySize, options: options)
            return try write(script, ablation)
        }
        try run(ablation, jobs: jobs) { ["Train"] + words($0) + ["--exit-with-parent"] }
    }

    private static func run(
        _ ablation: Ablation, jobs: Int, words: @escaping (Ablation.Single) -> [String]
    ) throws {
        let members = NumberText.count(ablation.plan.members.count, "member")
        print(
            "\(members), \(NumberText.count(ablation.singles.count, "run")), \(jobs) at a time, in \(ablation.folder)"
        )
        Interrupt.watch()
        let reporter = AblationProgress(ablation, jobs: jobs)
        let runner = AblationRunner(
            ablation, jobs: jobs, program: "/proc/self/exe", words: words,
            shouldStop: { Interrupt.isRequested }, tell: reporter.tell)
        let (ending, standing) = try runner.run()
        reporter.finish()
        for failure in standing.failures {
            Terminal.error(
                "failed: \(failure.single.title) (\(failure.reason)); last lines of \(ablation.log(of: failure.single)):"
            )
            for line in failure.lastLines { Terminal.error("    \(line)") }
        }
        if ending == .stopped {
            try AblationTable(ablation).write()
            Terminal.error("All runs are saved. To resume, repeat the command:")
            Terminal.error("    \(Shell.line(CommandLine.arguments))")
            throw RunStopped(isSaved: true)
        }
        try finish(ablation, failures: standing.failures)
    }

    /// Writes the tables and shows them. Throws where something is missing.
    private static func finish(
        _ ablation: Ablation, failures: [AblationRunner.Failure] = []
    ) throws {
        let table = AblationTable(ablation)
        try table.write()
        print(table.table.text + table.table.protocolLine)
        // A single member has nothing to be compared with: its other metrics and its classes are of interest.
        if ablation.plan.members.count == 1, !table.groups[0].members.isEmpty {
            print(table.overview.text)
            if !table.recalls.classes.isEmpty { print(table.recalls.text) }
            print(table.folds.text)
            if !table.speakers.rows.isEmpty { print(table.speakers.text) }
        }
        if let report = try? GroupReport.ofAblation(ablation.folder) {
            print("Report: \(try report.write())")
        }
        print("Tables in \(ablation.folder): \(AblationTable.files)")
        for warning in table.warnings.sentences { Terminal.error("warning: \(warning)") }
        let unread = table.problems.isEmpty ? nil : unread(table.problems)
        guard !table.missing.isEmpty else {
            if let unread { throw unread }
            return
        }
        if let unread { Terminal.error("\(unread)") }
        throw incomplete(
            ablation, table.missing,
            failed: Dictionary(
                failures.map { ($0.single.id, $0.reason) }, uniquingKeysWith: { first, _ in first }))
    }

    private static func write(_ script: SlurmScript, _ ablation: Ablation) throws {
        let folder = URL(fileURLWithPath: ablation.folder).path
        let written = try WrittenScript(script, path: folder + "/slurm.sh")
        let words = commandLine(
            CommandLine.arguments, withoutFlags: [slurm.name, Common.noCache.name],
            options: [Common.slurmOptions.name, Common.slurmArray.name] + passedOn.map(\.name))
        print(
            """
            Wrote \(written.summary).
            Submit it, then write the tables:
                \(written.command)
                \(Shell.line(words + ["--collect"]))
            """)
    }
}

extension Command {
    /// Some runs of an ablation have no result.
    ///
    /// - Parameter failed: Why runs of this call have failed, by their names.
    private static func incomplete(
        _ ablation: Ablation, _ missing: [Ablation.Single], failed: [String: String]
    ) -> InputError {
        let lines = missing.prefix(20).map { single in
            let state =
                switch ablation.state(of: single) {
                case .missing: failed[single.id].map { "failed (\($0))" } ?? "not started"
                case .unfinished: failed[single.id].map { "failed (\($0))" } ?? "unfinished"
                case .finished: "no metric \"\(ablation.plan.options.metric)\""
                case .unusable(let reason): reason
                }
            return "    \(single.title): \(state)"
        }
        let more = missing.count > 20 ? ["    and \(missing.count - 20) more"] : []
        let count = NumberText.count(ablation.singles.count, "run")
        return InputError(
            (["\(missing.count) of \(count) have no result"] + lines + more).joined(separator: "\n"))
    }

    /// Finished runs of an ablation that cannot be read.
    private static func unread(_ problems: [String]) -> InputError {
        InputError(
            problems.joined(separator: "\n")
                + "\nThese runs are missing from the tables. To rerun them, remove their folders and repeat the command."
        )
    }
}
