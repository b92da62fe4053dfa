/// A Slurm job array in which each task runs one command.
///
/// Commands must be resumable, and must save and exit with status 130 on SIGTERM.
public struct SlurmScript: Sendable {
    /// The job name.
    public var name: String
    /// One shell command per task.
    public var commands: [String]
    /// The number of cores per task.
    public var threads: Int
    /// The working directory of the commands.
    public var folder: String
    /// The folder of the Slurm logs.
    public var logs: String
    /// The maximum number of tasks per array; more commands need several arrays of the same script.
    public var arraySize: Int
    /// Additional `sbatch` options.
    public var options: SlurmOptions
    /// The file name of the script that submits several arrays.
    public var submissionName: String

    /// Slurm's default limit of tasks per array.
    public static let usualArraySize = 1000
    /// The maximum number of times a task is requeued, so that a task without progress ends eventually.
    static let mostRestarts = 1000
    /// The number of seconds before its time limit at which a task starts to save.
    static let warning = 90

    /// Creates job arrays for commands.
    public init(
        name: String, commands: [String], threads: Int, folder: String, logs: String,
        arraySize: Int = SlurmScript.usualArraySize, options: SlurmOptions = SlurmOptions(),
        submissionName: String = "submit.sh"
    ) {
        self.name = name
        self.commands = commands
        self.threads = threads
        self.folder = folder
        self.logs = logs
        self.arraySize = max(1, arraySize)
        self.options = options
        self.submissionName = submissionName
    }

    /// Whether there are more tasks than fit into one array, so that the `submission` script is needed.
    public var needsSubmission: Bool { commands.count > arraySize }

    /// The script for `sbatch`. Its argument is the index offset of the array (default: 0).
    ///
    /// A task that nears its time limit saves and requeues itself. The warning before the time limit is not SIGTERM, which
    /// `scancel` sends: a canceled task must not be requeued.
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
        let advice =
            needsSubmission ? Shell.quoted("; use \(submissionName) to submit all tasks") : ""
        return """
            #!/bin/bash
            \(all)
            # Each task is one run. Near its time limit, a task saves, is requeued and resumes. To resume canceled or failed
            # runs, submit the script again: finished runs are skipped.
            cd \(Shell.quoted(folder)) || exit 1
            task=$((SLURM_ARRAY_TASK_ID + ${1:-0}))
            case "$task" in
            \(tasks)
                *) echo "no task $task: expected 1 to \(commands.count)"\(advice) >&2; exit 64 ;;
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
            # 130: stopped and saved; 143: ended before it had begun. A task is named by its array, as the number of its own job may be
            # that of the whole array.
            if [ -n "$limit" ] && { [ "$status" -eq 130 ] || [ "$status" -eq 143 ]; }; then
                if [ "${SLURM_RESTART_COUNT:-0}" -ge \(Self.mostRestarts) ]; then
                    echo "not finished after being requeued \(Self.mostRestarts) times" >&2
                elif ! scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"; then
                    echo "saved, but could not be requeued; submit the script again to resume" >&2
                fi
            fi
            exit "$status"

            """
    }

    /// Returns a script that submits all arrays.
    ///
    /// - Parameter script: The path of the script that contains `text`.
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
