/// Commands as job arrays of the Slurm scheduler: each task of an array is one of them.
///
/// A command has to resume what it did before, and to save and end with status 130 on a SIGTERM.
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
    /// How many tasks an array may have; with more commands there are several arrays of the same script.
    public var arraySize: Int
    /// Further options for `sbatch`.
    public var options: SlurmOptions

    /// How many tasks an array has at most on a cluster whose administrators have not changed that.
    public static let usualArraySize = 1000
    /// How often a task is queued again, so that one that never gets anywhere ends some time.
    static let mostRestarts = 1000
    /// How many seconds before its time limit a task begins to save.
    static let warning = 90

    /// Job arrays of commands.
    public init(
        name: String, commands: [String], threads: Int, folder: String, logs: String,
        arraySize: Int = SlurmScript.usualArraySize, options: SlurmOptions = SlurmOptions()
    ) {
        self.name = name
        self.commands = commands
        self.threads = threads
        self.folder = folder
        self.logs = logs
        self.arraySize = max(1, arraySize)
        self.options = options
    }

    /// Whether there are more tasks than an array may have, so that `submission` has to submit them.
    public var needsSubmission: Bool { commands.count > arraySize }

    /// The script, for `sbatch`. Its argument is how many tasks come before those of the array; none unless given.
    ///
    /// A task that is near its time limit saves, and has itself queued again. SIGTERM is what `scancel` sends, so that the
    /// warning before the time limit is another signal: a task that was cancelled must not come back.
    public var text: String {
        let tasks = commands.enumerated().map { "    \($0 + 1)) set -- \($1) ;;" }.joined(separator: "\n")
        let array = needsSubmission ? [] : ["--array=1-\(commands.count)"]
        let own =
            ["--job-name=\(Shell.quoted(name))"] + array + [
                "--cpus-per-task=\(threads)",
                "--output=\(Shell.quoted(logs.replacing("%", with: "%%") + "/slurm-%A-%a.log"))",
                "--open-mode=append", "--requeue", "--signal=B:USR1@\(Self.warning)",
            ]
        let all = (own + options.lines.map(Shell.line)).map { "#SBATCH " + $0 }.joined(separator: "\n")
        let advice = needsSubmission ? "; submit.sh submits all of them" : ""
        return """
            #!/bin/bash
            \(all)
            # Each task is one run. A task that nears its time limit saves, is queued again and resumes. After scancel, or for
            # runs that have failed, submit the script once more: what has ended ends at once, the rest resumes.
            cd \(Shell.quoted(folder)) || exit 1
            task=$((SLURM_ARRAY_TASK_ID + ${1:-0}))
            case "$task" in
            \(tasks)
                *) echo "there is no task $task, only 1 to \(commands.count)\(advice)" >&2; exit 64 ;;
            esac
            pid= limit= signaled=
            trap 'limit=yes signaled=yes; [ -z "$pid" ] || kill -TERM "$pid" 2>/dev/null' USR1
            trap 'signaled=yes; [ -z "$pid" ] || kill -TERM "$pid" 2>/dev/null' TERM INT
            "$@" &
            pid=$!
            # A signal that came before the program had begun.
            [ -z "$signaled" ] || kill -TERM "$pid" 2>/dev/null
            while true; do
                signaled=
                wait "$pid"
                status=$?
                [ -n "$signaled" ] || break
            done
            # 130: stopped and saved. A task is named by its array, as the number of its own job may be that of the whole array.
            if [ "$status" -eq 130 ] && [ -n "$limit" ]; then
                if [ "${SLURM_RESTART_COUNT:-0}" -ge \(Self.mostRestarts) ]; then
                    echo "queued again \(Self.mostRestarts) times without coming to an end" >&2
                elif ! scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"; then
                    echo "saved, but not queued again; submit the script once more to resume" >&2
                fi
            fi
            exit "$status"

            """
    }

    /// A script that submits all arrays, where there are more tasks than one may have.
    ///
    /// - Parameter script: Where `text` is.
    public func submission(of script: String) -> String {
        let arrays = stride(from: 0, to: commands.count, by: arraySize).map { first in
            let count = min(arraySize, commands.count - first)
            return "sbatch --array=1-\(count) \(Shell.quoted(script)) \(first) || exit"
        }
        return """
            #!/bin/bash
            # Submits all \(commands.count) tasks, in arrays of at most \(arraySize).
            cd \(Shell.quoted(folder)) || exit 1
            \(arrays.joined(separator: "\n"))

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
