/// Commands as a job array of the Slurm scheduler: each task of the array is one of them.
public struct SlurmScript: Sendable {
    /// What the jobs are called.
    public var name: String
    /// One for each task, as a shell reads it.
    public var commands: [String]
    /// Cores for each task.
    public var threads: Int
    /// Where the commands are to be run.
    public var folder: String
    /// Where what Slurm says goes.
    public var logs: String

    /// A job array of commands.
    public init(name: String, commands: [String], threads: Int, folder: String, logs: String) {
        self.name = name
        self.commands = commands
        self.threads = threads
        self.folder = folder
        self.logs = logs
    }

    /// The script, for `sbatch`. A task that is near its time limit saves; it goes on when it is submitted again.
    public var text: String {
        let tasks = commands.enumerated().map { "    \($0 + 1)) exec \($1) ;;" }.joined(separator: "\n")
        return """
            #!/bin/bash
            #SBATCH --job-name=\(Shell.quoted(name))
            #SBATCH --array=1-\(commands.count)
            #SBATCH --cpus-per-task=\(threads)
            #SBATCH --output=\(Shell.quoted(logs + "/slurm-%A-%a.log"))
            #SBATCH --signal=B:TERM@90
            # Submit it again for what is not done: what is done ends at once, what was cut off goes on.
            cd \(Shell.quoted(folder)) || exit 1
            case "$SLURM_ARRAY_TASK_ID" in
            \(tasks)
                *) echo "there is no task \\"$SLURM_ARRAY_TASK_ID\\", only 1 to \(commands.count)" >&2; exit 64 ;;
            esac

            """
    }
}

/// Words for a shell.
public enum Shell {
    /// A word that a shell reads as this text.
    public static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil)
                    || "_-./=+:,@%".unicodeScalars.contains($0)
            }
        return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }

    /// A command line of words.
    public static func line(_ words: [String]) -> String { words.map(quoted).joined(separator: " ") }
}
