import Autograd
import Foundation
import Lab
import Reports

extension Command {
    private static let quick = Switch(
        name: "quick", help: "Check the files against their checksums instead of repeating the run.")
    private static let keep = Switch(name: "keep", help: "Keep the folder of the second run.")
    private static let row = Option.text(
        "row", "NAME", help: "With a results table: the row to verify, by repeating its first run.")

    /// Repeats a run and compares the files bit by bit.
    static let verify: Command = Command(
        name: "verify",
        summary:
            "Verify reproducibility: repeat a run and compare its files bit by bit, or check them against their checksums.",
        argument: Argument(
            placeholder: "RUN|TABLE", help: "Folder of a finished run, or a results table (JSON file).",
            completion: .files),
        options: [
            quick, row, keep, Common.threads, Common.cache, Common.cacheLimit, Common.noCache, Common.quiet,
        ],
        rules: [
            .useless(
                [keep, Common.threads, Common.cache, Common.cacheLimit, Common.noCache, Common.quiet],
                with: quick)
        ],
        examples: [
            (
                "Train verify runs/quickstart",
                "Repeat the run, and list which files are identical; exit with status 1 if a file differs."
            ),
            (
                "Train verify --quick runs/quickstart",
                "Check that no file of the run has changed since it was written."
            ),
            (
                "Train verify Experiments/tables/five-systems.json --row \"D random forest\"",
                "Repeat the first run of a row, and compare its metrics, predictions and model with the table."
            ),
        ],
        run: verifyRun)

    private static func verifyRun(_ arguments: Arguments) throws {
        let runs = "a run folder or a results table"
        Interrupt.watch()
        arguments.applyThreads()
        if let path = arguments.argument, path.hasSuffix(".json") {
            guard !arguments[quick] else { throw UsageError("--quick requires the folder of a run") }
            return try verifyRow(path, arguments)
        }
        guard arguments[row] == nil else {
            throw UsageError("--row requires a results table (JSON file)")
        }
        if arguments[quick] { return try checkFiles(arguments.required(runs), arguments) }
        let record = try RunRecord(arguments.required(runs))
        _ = try record.requireEnd()
        let copy = try freshFolder(record.path + "-verify")
        defer { if !arguments[keep] { try? FileManager.default.removeItem(atPath: copy) } }
        let observer = TerminalProgress(isQuiet: arguments[Common.quiet])
        defer { observer.finish() }
        if record.experiment.evaluation.subset == .test { try record.noteTestRead("verification") }
        _ = try ExperimentRun(
            record.experiment, folder: RunFolder(copy), cache: try arguments.featureCache(),
            observer: observer
        ).run()
        observer.finish()
        var different: [String] = []
        for name in record.experiment.repeatableFiles {
            let files = [record.path, copy].map { FileManager.default.contents(atPath: $0 + "/" + name) }
            let state = files[0] == nil ? "missing" : files[0] == files[1] ? "equal" : "different"
            print("\(state.padding(toLength: 9, withPad: " ", startingAt: 0))  \(name)")
            if state != "equal" { different.append(name) }
        }
        guard different.isEmpty else {
            throw try failure(different, record, RunRecord(copy))
        }
        print("The run is bit-identical.")
    }

    /// Compares the files of a run with their checksums.
    private static func checkFiles(_ folder: String, _ arguments: Arguments) throws {
        guard let checksums = try RunChecksums(folder: folder) else {
            throw FileError(
                file: folder, place: RunFile.checksums, found: "no such file",
                allowed: "the folder of a finished run; without --quick, the run is repeated and compared")
        }
        let states = try checksums.states()
        for (name, state) in states {
            print("\(state.rawValue.padding(toLength: 7, withPad: " ", startingAt: 0))  \(name)")
        }
        let changed = states.filter { $0.state != .intact }.map(\.name)
        guard changed.isEmpty else {
            throw InputError(
                "\(folder): changed or missing since the run ended: \(changed.joined(separator: ", ")); restore the files, or repeat the run"
            )
        }
        print("All \(states.count) files are intact.")
    }

    /// Repeats the first run of a row in a temporary folder, without the runs that filled the table.
    private static func verifyRow(_ path: String, _ arguments: Arguments) throws {
        let table = try ResultsTable.read(path)
        guard let name = arguments[row] else {
            throw UsageError(
                "select a row with --row: \(table.rows.map { "\"\($0.name)\"" }.joined(separator: ", "))")
        }
        let row = table.rows[try table.index(ofRow: name)]
        guard row.result != nil else {
            throw InputError(
                "the row \"\(name)\" has no results yet; to fill it, run: Train reproduce \(path)")
        }
        let plan = try plan(row, table, path, arguments)
        guard let single = plan.ablation.singles.first else { throw InputError("the row has no runs") }
        let folder = try freshFolder(
            (NSTemporaryDirectory() as NSString).appendingPathComponent("verify-\(name)"))
        defer { if !arguments[keep] { try? FileManager.default.removeItem(atPath: folder) } }
        let observer = TerminalProgress(isQuiet: arguments[Common.quiet])
        defer { observer.finish() }
        _ = try ExperimentRun(
            single.experiment, folder: RunFolder(folder), cache: try arguments.featureCache(),
            observer: observer
        ).run()
        observer.finish()
        let differences = try plan.differences(RunRecord(folder))
        guard differences.isEmpty else {
            throw InputError(
                "the row \"\(name)\" was not reproduced by \(single.title): \(differences.joined(separator: "; ")). Its results are from version \(row.result?.version ?? "") on \(row.result?.processor ?? "unknown")"
            )
        }
        print("The row \"\(name)\" was reproduced: \(single.title) is bit-identical.")
    }

    /// Creates a new folder of this name, with a number appended if it exists.
    private static func freshFolder(_ path: String) throws -> String {
        for number in 1...1000 {
            let folder = number == 1 ? path : "\(path)-\(number)"
            if mkdir(folder, 0o777) == 0 { return folder }
            guard errno == EEXIST else { break }
        }
        throw FileError.system(
            path, "creating the folder", allowed: "a writable parent folder")
    }

    /// The failure for files that differ between two runs, with the differences of their environments.
    private static func failure(_ files: [String], _ first: RunRecord, _ second: RunRecord) -> InputError {
        let names = ["version", "processor", "instruction_set", "system"].filter {
            first.environment?[$0]?.text != second.environment?[$0]?.text
        }
        let reason =
            names.isEmpty
            ? "The environments are the same; compare the data, or keep the second run with --keep."
            : "The environments differ: "
                + names.map { name in
                    "\(name) \(first.environment?[name]?.text ?? "unknown") and \(second.environment?[name]?.text ?? "unknown")"
                }.joined(separator: ", ") + "."
        return InputError(
            "\(NumberText.count(files.count, "file")) of \(first.path) \(files.count == 1 ? "was" : "were") not reproduced: \(files.joined(separator: ", ")). \(reason)"
        )
    }
}
