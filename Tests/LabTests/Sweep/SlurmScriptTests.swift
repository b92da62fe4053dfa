import Autograd
import Foundation
import Lab
import Testing

/// Scripts for Slurm, and the options that people add to them.
@Suite struct SlurmScriptTests {
    private static func script(_ count: Int, arraySize: Int = 1000, _ options: String? = nil) throws
        -> SlurmScript
    {
        try SlurmScript(
            name: "it's a name", commands: (1...count).map { "echo task \($0)" }, threads: 3,
            folder: "/data/my work", logs: "/data/50% of it", arraySize: arraySize,
            options: options.map { try SlurmOptions(parsing: $0) } ?? SlurmOptions())
    }

    private static func head(_ text: String) -> [String] {
        text.split(separator: "\n").filter { $0.hasPrefix("#SBATCH") }.map { String($0.dropFirst(8)) }
    }

    @Test func whatItAsksFor() throws {
        let script = try Self.script(4, "--time=8:00:00 -p main --comment='two words' --mem 4G")
        #expect(!script.needsSubmission)
        #expect(
            Self.head(script.text) == [
                #"--job-name='it'\''s a name'"#, "--array=1-4", "--cpus-per-task=3",
                "--output='/data/50%% of it/slurm-%A-%a.log'", "--open-mode=append", "--requeue",
                "--signal=B:USR1@90", "--time=8:00:00", "-p main", "'--comment=two words'", "--mem 4G",
            ])
        #expect(script.text.hasPrefix("#!/bin/bash\n#SBATCH "))
        #expect(script.text.contains("cd '/data/my work' || exit 1\n"))
    }

    @Test func moreTasksThanAnArrayMayHave() throws {
        #expect(try !Self.script(1000).needsSubmission)
        #expect(try Self.script(1001).needsSubmission)
        let script = try Self.script(7, arraySize: 3)
        #expect(!Self.head(script.text).contains { $0.hasPrefix("--array") })
        #expect(
            script.submission(of: "/data/a b/slurm.sh") == """
                #!/bin/bash
                # Submits all 7 tasks, in arrays of at most 3.
                cd '/data/my work' || exit 1
                sbatch --array=1-3 '/data/a b/slurm.sh' 0 || exit
                sbatch --array=1-3 '/data/a b/slurm.sh' 3 || exit
                sbatch --array=1-1 '/data/a b/slurm.sh' 6 || exit

                """)
    }

    /// Runs a script as a task would be, with stand-ins for the commands of Slurm; returns its status and output.
    private static func run(
        _ script: SlurmScript, task: Int, _ arguments: [String] = [], _ environment: [String: String] = [:],
        whileItRuns: (Process, String) throws -> Void = { _, _ in }
    ) throws -> (status: Int32, output: String) {
        var script = script
        let folder = NSTemporaryDirectory() + "slurm-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        script.folder = folder
        try script.text.write(toFile: folder + "/slurm.sh", atomically: false, encoding: .utf8)
        let stand = folder + "/scontrol"
        try "#!/bin/bash\necho \"scontrol $*\"\nexit ${SCONTROL_STATUS:-0}\n".write(
            toFile: stand, atomically: false, encoding: .utf8)
        #expect(chmod(stand, 0o755) == 0)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = [folder + "/slurm.sh"] + arguments
        process.environment = [
            "PATH": folder + ":/usr/bin:/bin", "SLURM_ARRAY_TASK_ID": "\(task)", "SLURM_ARRAY_JOB_ID": "70",
            "SLURM_JOB_ID": "70",
        ].merging(environment) { $1 }
        let output = folder + "/output"
        try Data().write(to: URL(fileURLWithPath: output))
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
        process.standardOutput = handle
        process.standardError = handle
        process.standardInput = FileHandle.nullDevice
        // A process inherits the signals that the thread which starts it holds back.
        var (signals, before) = (sigset_t(), sigset_t())
        sigemptyset(&signals)
        for number in [SIGTERM, SIGUSR1] { sigaddset(&signals, number) }
        pthread_sigmask(SIG_UNBLOCK, &signals, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try process.run()
        try whileItRuns(process, output)
        process.waitUntilExit()
        return (process.terminationStatus, try String(contentsOfFile: output, encoding: .utf8))
    }

    @Test func eachTaskIsACommand() throws {
        let script = try Self.script(5, arraySize: 3)
        #expect(try Self.run(script, task: 2) == (0, "task 2\n"))
        #expect(try Self.run(script, task: 2, ["3"]) == (0, "task 5\n"))
        let none = try Self.run(script, task: 3, ["3"])
        #expect(
            none == (64, "no task 6: expected 1 to 5; use submit.sh to submit all tasks\n"))
        let small = try Self.run(Self.script(2), task: 3)
        #expect(small == (64, "no task 3: expected 1 to 2\n"))
    }

    @Test func theStatusIsThatOfTheCommand() throws {
        var script = try Self.script(1)
        for status: Int32 in [0, 1, 75, 130] {
            script.commands = ["bash -c 'exit \(status)'"]
            #expect(try Self.run(script, task: 1) == (status, ""))
        }
    }

    /// A command that saves on SIGTERM, as a run does.
    private static let saving =
        #"bash -c 'trap "echo saving; sleep 0.3; echo saved; exit 130" TERM; echo begun; while true; do sleep 0.05; done'"#

    /// Sends signals to the script once its command has begun.
    private static func signal(
        _ signals: Int32..., command: String = saving, status: String = "0", restarts: String = "0"
    ) throws -> (status: Int32, output: String) {
        var script = try script(1)
        script.commands = [command]
        return try run(
            script, task: 1, [], ["SCONTROL_STATUS": status, "SLURM_RESTART_COUNT": restarts]
        ) { process, output in
            for _ in 0..<500 {
                if try String(contentsOfFile: output, encoding: .utf8).contains("begun") { break }
                usleep(10_000)
            }
            for number in signals { kill(process.processIdentifier, number) }
        }
    }

    @Test func theWarningBeforeATimeLimitQueuesTheTaskAgain() throws {
        #expect(try Self.signal(SIGUSR1) == (130, "begun\nsaving\nsaved\nscontrol requeue 70_1\n"))
    }

    /// A signal that ends the command before it can save: a task that begins again may get one at once.
    @Test func aTaskThatHasNotBegunIsQueuedAgain() throws {
        let found = try Self.signal(SIGUSR1, command: "bash -c 'echo begun; while true; do sleep 0.05; done'")
        #expect(found.status == 143 && found.output.hasSuffix("scontrol requeue 70_1\n"), "\(found.output)")
    }

    @Test func aTaskThatIsCancelledStaysAway() throws {
        #expect(try Self.signal(SIGTERM) == (130, "begun\nsaving\nsaved\n"))
    }

    @Test func aRequeueThatFailsIsTold() throws {
        #expect(
            try Self.signal(SIGUSR1, status: "1")
                == (
                    130,
                    "begun\nsaving\nsaved\nscontrol requeue 70_1\nsaved, but could not be requeued; submit the script again to resume\n"
                ))
    }

    @Test func aTaskIsNotQueuedForEver() throws {
        #expect(
            try Self.signal(SIGUSR1, restarts: "1000")
                == (130, "begun\nsaving\nsaved\nnot finished after being requeued 1000 times\n"))
    }

    private static let example = "expected sbatch options such as \"--partition=long --time=8:00:00\""

    @Test(arguments: [
        ("--partition=x --time=1", [["--partition=x"], ["--time=1"]]),
        ("  -p x   -N1 --exclusive", [["-p", "x"], ["-N1"], ["--exclusive"]]),
        (#"--comment "a 'b'" --mail-user='x y'z"#, [["--comment", "a 'b'"], ["--mail-user=x yz"]]),
        ("--error=x --gres=gpu:1 -A=b", [["--error=x"], ["--gres=gpu:1"], ["-A=b"]]),
    ])
    func optionsThatAreTaken(_ text: String, _ lines: [[String]]) throws {
        #expect(try SlurmOptions(parsing: text).lines == lines)
    }

    @Test(arguments: [
        ("", "\(example), found none"), ("   ", "\(example), found none"),
        ("partition=x", "\(example), found \"partition=x\""),
        ("--partition=x long", "\(example), found \"long\""),
        ("-p x long", "\(example), found \"long\""), ("-N1 long", "\(example), found \"long\""),
        ("-", "\(example), found \"-\""), ("--", "\(example), found \"--\""),
        ("-1", "\(example), found \"-1\""),
        ("---x", "\(example), found \"---x\""),
        ("--time=1\n--x", "\(example), found a control character, such as a line break"),
        ("--comment='x", "unclosed ' in: --comment='x"),
        (
            "--array=1-5",
            "\"--array=1-5\" conflicts with --array, which the script sets itself: use --slurm-array to set the array size"
        ),
        (
            "-a 1-5",
            "\"-a\" conflicts with --array, which the script sets itself: use --slurm-array to set the array size"
        ),
        (
            "--job-n=x",
            "\"--job-n=x\" conflicts with --job-name, which the script sets itself: use --name to set the job name"
        ),
        (
            "-Jx",
            "\"-Jx\" conflicts with --job-name, which the script sets itself: use --name to set the job name"
        ),
        (
            "-c 4",
            "\"-c\" conflicts with --cpus-per-task, which the script sets itself: use --threads to set the cores per task"
        ),
        (
            "--output=x",
            "\"--output=x\" conflicts with --output, which the script sets itself: logs are written to the ablation folder"
        ),
        (
            "--open-mode=truncate",
            "\"--open-mode=truncate\" conflicts with --open-mode, which the script sets itself: a requeued task appends to its log"
        ),
        (
            "--signal=TERM@30",
            "\"--signal=TERM@30\" conflicts with --signal, which the script sets itself: the script needs this signal to save before its time limit"
        ),
        (
            "--no-requeue",
            "\"--no-requeue\" conflicts with --no-requeue, which the script sets itself: a task is requeued when it reaches its time limit"
        ),
        (
            "--requeue",
            "\"--requeue\" conflicts with --requeue, which the script sets itself: a task is requeued when it reaches its time limit"
        ),
        (
            "-D /x",
            "\"-D\" conflicts with --chdir, which the script sets itself: the script changes to the folder in which it was created"
        ),
        (
            "--wrap=ls",
            "\"--wrap=ls\" conflicts with --wrap, which the script sets itself: the script contains the commands"
        ),
    ])
    func optionsThatAreRefused(_ text: String, _ message: String) {
        let error = #expect(throws: InputError.self) { try SlurmOptions(parsing: text) }
        #expect(error?.description == message)
    }
}
