import Autograd
import Foundation
import Lab
import Reports

extension Common {
    static let slurmOptions = Option.text(
        "slurm-options", "OPTIONS",
        help:
            "Additional sbatch options for the script, such as --slurm-options \"--partition=long --time=8:00:00\"."
    )
    static let slurmArray = Option.integer(
        "slurm-array", "N", in: 1...4_000_000,
        help:
            "Maximum number of tasks per job array (default: \(SlurmScript.usualArraySize)). If there are more tasks, a second script submits several arrays."
    )
}

extension Arguments {
    /// The options in `--slurm-options`; none without it.
    func slurmOptions() throws -> SlurmOptions {
        guard let text = self[Common.slurmOptions] else { return SlurmOptions() }
        do throws(InputError) { return try SlurmOptions(parsing: text) } catch {
            throw UsageError("--\(Common.slurmOptions.name): \(error)")
        }
    }

    /// The maximum number of tasks per job array.
    var slurmArraySize: Int { self[Common.slurmArray] ?? SlurmScript.usualArraySize }
}

/// A Slurm script on disk, with the script that submits it if its tasks exceed an array.
struct WrittenScript {
    /// "PATH with 1,500 tasks", with the script that submits them.
    let summary: String
    /// The command that submits all tasks.
    let command: String

    /// Writes the script to `path` and, if it is needed, the one that submits it to the same folder.
    init(_ script: SlurmScript, path: String) throws {
        let submission = (path as NSString).deletingLastPathComponent + "/" + script.submissionName
        try AtomicFile.write(Array(script.text.utf8), to: path)
        let tasks = "\(path) with \(NumberText.count(script.commands.count, "task"))"
        guard script.needsSubmission else {
            // A script of an earlier call might submit tasks that no longer exist.
            if (try? String(contentsOfFile: submission, encoding: .utf8))?.contains("# Submits all ") == true
            {
                unlink(submission)
            }
            (summary, command) = (tasks, "sbatch \(Shell.quoted(path))")
            return
        }
        try AtomicFile.write(Array(script.submission(of: path).utf8), to: submission)
        summary =
            "\(tasks); \(submission) submits them in arrays of at most \(NumberText.count(script.arraySize))"
        command = "bash \(Shell.quoted(submission))"
    }
}

/// Returns the words of a command line without some options and their values.
///
/// - Parameters:
///   - flags: The names of options without a value.
///   - valued: The names of options with a value.
func commandLine(_ words: [String], withoutFlags flags: [String] = [], options valued: [String]) -> [String] {
    words.indices.filter { index in
        let name = String(words[index].prefix { $0 != "=" })
        let isValue = index > 0 && valued.contains { "--" + $0 == words[index - 1] }
        return !isValue && !(flags + valued).contains { "--" + $0 == name }
    }.map { words[$0] }
}
