import Autograd
import Foundation
import Lab

extension Command {
    private static let keep = Switch(name: "keep", help: "Keeps the second run beside the first.")

    /// Runs a run again and compares the bits.
    static let verify: Command = Command(
        name: "verify",
        summary: "Runs an experiment again from its run folder and compares every file, bit for bit.",
        argument: Argument(
            placeholder: "RUN", help: "The folder of a run that has ended.", completion: .files),
        options: [keep, Common.threads, Common.cache, Common.cacheLimit, Common.noCache, Common.quiet],
        examples: [
            ("Train verify runs/quickstart", "Says which files are equal; exit status 1 if one is not.")
        ],
        run: verifyRun)

    private static func verifyRun(_ arguments: Arguments) throws {
        Interrupt.watch()
        arguments.applyThreads()
        let record = try RunRecord(arguments.required("run"))
        _ = try record.requireEnd()
        let copy = try freshFolder(record.path + "-verify")
        defer { if !arguments[keep] { try? FileManager.default.removeItem(atPath: copy) } }
        let observer = RunReporter(isQuiet: arguments[Common.quiet])
        defer { observer.finish() }
        if record.experiment.evaluation.part == .test { try record.noteTestRead("verification") }
        _ = try Interrupt.whenStopped {
            try ExperimentRun(
                record.experiment, folder: RunFolder(copy), cache: try arguments.featureCache(),
                observer: observer
            ).run()
        }
        observer.finish()
        var different: [String] = []
        for name in RunFile.repeatable {
            let files = [record.path, copy].map { FileManager.default.contents(atPath: $0 + "/" + name) }
            let state = files[0] == nil ? "missing" : files[0] == files[1] ? "equal" : "different"
            print("\(state.padding(toLength: 9, withPad: " ", startingAt: 0))  \(name)")
            if state != "equal" { different.append(name) }
        }
        guard different.isEmpty else {
            throw VerifyFailure(files: different, first: record, second: try RunRecord(copy))
        }
        print("The run repeats to the bit.")
    }

    /// Makes a folder that nobody has yet: of this name, or with a number behind it.
    private static func freshFolder(_ path: String) throws -> String {
        for number in 1...1000 {
            let folder = number == 1 ? path : "\(path)-\(number)"
            if mkdir(folder, 0o777) == 0 { return folder }
            guard errno == EEXIST else { break }
        }
        throw FileError.system(
            path, "making the folder", allowed: "a place beside the run that can be written to")
    }
}

/// A run did not repeat.
private struct VerifyFailure: Error, CustomStringConvertible {
    let files: [String]
    let first: RunRecord
    let second: RunRecord

    var description: String {
        let names = ["version", "processor", "system"].filter {
            first.environment?[$0]?.text != second.environment?[$0]?.text
        }
        let reason =
            names.isEmpty
            ? "The environments are alike; compare the data, or keep the second run with --keep."
            : "The environments differ: "
                + names.map { name in
                    "\(name) \(first.environment?[name]?.text ?? "unknown") and \(second.environment?[name]?.text ?? "unknown")"
                }.joined(separator: ", ") + "."
        return
            "\(files.count) files of \(first.path) did not repeat: \(files.joined(separator: ", ")). \(reason)"
    }
}
