import Configuration
import Foundation
import Autograd
import Lab
import Reports

extension Command {
    private static let jobs = Option.integer(
        "jobs", "J", in: 1...1024, help: "Number of concurrent runs (default: one per core, at most 8).")
    private static let threads = Option.integer(
        "threads", "K", in: 1...64, help: "Threads per run (default: number of cores divided by jobs).")
    private static let row = Option.text("row", "NAME", help: "Run only this row (default: all rows).")
    private static let show = Switch(
        name: "print", help: "Print the current table without running anything.")

    /// Runs what a results table lacks, and fills it.
    static let reproduce: Command = Command(
        name: "reproduce",
        summary:
            "Fill a results table: run the experiments of its missing rows, and write their results to the file.",
        argument: Argument(
            placeholder: "TABLE", help: "Results table (JSON file).", completion: .files),
        options: [
            row, Common.runs, jobs, threads, Common.cache, Common.cacheLimit, Common.noCache, show,
            TableFormat.option,
        ],
        rules: [
            .useless(
                [row, Common.runs, jobs, threads, Common.cache, Common.cacheLimit, Common.noCache],
                with: show)
        ],
        examples: [
            (
                "Train reproduce Experiments/tables/five-systems.json",
                "Run the missing rows, write the results to the file and print the table. To resume, repeat the command."
            ),
            (
                "Train reproduce Experiments/tables/five-systems.json --print --format markdown",
                "Print the table in Markdown."
            ),
            (
                "Train verify Experiments/tables/five-systems.json --row \"D random forest\"",
                "Repeat the first run of a row, and compare its metrics, predictions and model with the table."
            ),
        ],
        run: reproduceTable)

    private static func reproduceTable(_ arguments: Arguments) throws {
        let path = try arguments.required("a results table (JSON file)")
        var table = try ResultsTable.read(path)
        if arguments[show] { return write(table, arguments.tableFormat) }
        _ = try arguments.featureCache()
        let names =
            try arguments[row].map { [table.rows[try table.index(ofRow: $0)].name] } ?? table.rows.map(\.name)
        Interrupt.watch()
        var failures: [String] = []
        for name in names {
            let index = try table.index(ofRow: name)
            do {
                let plan = try plan(table.rows[index], table, path, arguments)
                if plan.isComplete { continue }
                for remark in plan.remarks { Terminal.error("\(name): \(remark)") }
                try run(plan, arguments)
                // Another process may have filled other rows meanwhile.
                table = try ResultsTable.read(path)
                table.rows[try table.index(ofRow: name)].result = try plan.result()
                try table.write(to: path)
            } catch let stop as RunStopped {
                throw stop
            } catch {
                failures.append("row \"\(name)\": \(error)")
                Terminal.error("error: \(failures[failures.count - 1])")
            }
        }
        write(table, arguments.tableFormat)
        guard failures.isEmpty else {
            throw InputError(
                "\(failures.count) of \(names.count) rows failed; to resume, repeat the command")
        }
    }

    /// The runs of a row, in the folder of the table.
    static func plan(_ row: ResultsRow, _ table: ResultsTable, _ path: String, _ arguments: Arguments) throws
        -> TableReproduction
    {
        let name = ((path as NSString).lastPathComponent as NSString).deletingPathExtension
        return try TableReproduction(
            row, of: table, file: path, runs: "\(arguments[Common.runs] ?? "runs")/\(name)")
    }

    private static func run(_ plan: TableReproduction, _ arguments: Arguments) throws {
        let ablation = plan.ablation
        try ablation.prepare()
        let cores = Parallel.threads
        let jobs = min(arguments[jobs] ?? min(cores, 8), ablation.singles.count)
        let each = arguments[threads] ?? max(1, cores / jobs)
        Terminal.error(
            "\(plan.row.name): \(NumberText.count(ablation.singles.count, "run")), \(jobs) at a time, in \(ablation.folder)"
        )
        let runner = AblationRunner(
            ablation, jobs: jobs, program: "/proc/self/exe",
            words: { single in
                [
                    "Train", "run", ablation.config(of: single), "--runs", ablation.runs, "--name", single.id,
                    "--threads", "\(each)", "--finish", "--exit-with-parent",
                ] + (arguments[Common.cache].map { ["--cache", $0] } ?? [])
                    + (arguments[Common.cacheLimit].map { ["--cache-limit", $0.text] } ?? [])
                    + (arguments[Common.noCache] ? ["--no-cache"] : [])
            },
            shouldStop: { Interrupt.isRequested },
            tell: { event, standing in
                guard case .finished(let number, let seconds) = event, seconds > 0 else { return }
                let done = standing.metrics.count { $0 != nil }
                Terminal.error(
                    "\(plan.row.name): \(done) of \(ablation.singles.count) runs, \(ablation.singles[number].title)"
                )
            })
        let (ending, standing) = try runner.run()
        guard ending == .done else {
            Terminal.error("All runs are saved. To resume, repeat the command.")
            throw RunStopped(isSaved: true)
        }
        if let failure = standing.failures.first {
            throw InputError(
                "\(standing.failures.count) of \(ablation.singles.count) runs failed; \(failure.single.title) (\(failure.reason)): "
                    + (failure.lastLines.last ?? "no output") + "; log: \(ablation.log(of: failure.single))")
        }
    }

    private static func write(_ table: ResultsTable, _ format: TableFormat) {
        Terminal.show(format == .html ? table.html : format.text(table.table))
    }
}
