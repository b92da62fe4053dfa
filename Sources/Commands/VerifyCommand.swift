import Autograd
import Foundation
import Lab

extension Command {
    private static let keep = Switch(name: "keep", help: "Keep the second run.")

    /// Repeats a run and compares the files bit by bit.
    static let verify: Command = Command(
        name: "verify",
        summary: "Verify reproducibility: repeat a run and compare the files bit by bit.",
        argument: Argument(
            placeholder: "RUN", help: "Folder of a finished run.", completion: .files),
        options: [keep, Common.threads, Common.cache, Common.cacheLimit, Common.noCache, Common.quiet],
        examples: [
            (
                "Train verify runs/quickstart",
                "Report which files are identical; exit with status 1 if any differs."
            )
        ],
        run: verifyRun)

    private static func verifyRun(_ arguments: Arguments) throws {
        Interrupt.watch()
        arguments.applyThreads()
        let record = try RunRecord(arguments.required("run"))
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
        for name in RunFile.repeatable {
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

    /// Creates a new folder of this name, with a number appended if it exists.
    private static func freshFolder(_ path: String) throws -> String {
        for number in 1...1000 {
            let folder = number == 1 ? path : "\(path)-\(number)"
            if mkdir(folder, 0o777) == 0 { return folder }
            guard errno == EEXIST else { break }
        }
        throw FileError.system(
            path, "creating the folder", allowed: "a writable folder that contains the run")
    }

    /// The failure for files that differ between two runs, with the differences of their environments.
    private static func failure(_ files: [String], _ first: RunRecord, _ second: RunRecord) -> LabError {
        let names = ["version", "processor", "system"].filter {
            first.environment?[$0]?.text != second.environment?[$0]?.text
        }
        let reason =
            names.isEmpty
            ? "The environments are the same; compare the data, or keep the second run with --keep."
            : "The environments differ: "
                + names.map { name in
                    "\(name) \(first.environment?[name]?.text ?? "unknown") and \(second.environment?[name]?.text ?? "unknown")"
                }.joined(separator: ", ") + "."
        return LabError(
            "\(files.count) files of \(first.path) were not reproduced: \(files.joined(separator: ", ")). \(reason)"
        )
    }
}
