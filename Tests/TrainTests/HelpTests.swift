import Foundation
import Lab
import Testing

/// What the program says of itself, and of words that it does not know.
@Suite struct HelpTests {
    /// The commands that the help lists; made by asking the program.
    static let commands: [[String]] = {
        let help = (try? BuiltProgram.run("--help").output) ?? ""
        let lines = help.components(separatedBy: "commands:\n").last?.split(separator: "\n") ?? []
        // The lines of a summary after its first one are indented further.
        return lines.prefix { $0.hasPrefix("  ") }.filter { !$0.hasPrefix("   ") }.map { line in
            line.dropFirst(2).components(separatedBy: "  ")[0].split(separator: " ").map(String.init)
        }
    }()

    @Test func theHelpListsTheCommands() throws {
        let names = Self.commands.map { $0.joined(separator: " ") }
        for name in ["run", "check", "new", "evaluate", "predict", "data audit", "schema", "completions"] {
            #expect(names.contains(name))
        }
        let help = try BuiltProgram.run("--help")
        #expect(help.status == 0 && help.errors.isEmpty)
        #expect(try BuiltProgram.run("-h").output == help.output)
        #expect(try BuiltProgram.run("help").output == help.output)
        let alone = try BuiltProgram.run([])
        #expect(alone.status == 64 && alone.output.isEmpty && alone.errors == help.output)
    }

    @Test func theVersionIsPrinted() throws {
        let version = try BuiltProgram.run("--version")
        #expect(version.status == 0 && version.output == "Prosody \(RunEnvironment.version)\n")
    }

    @Test(arguments: commands)
    func everyCommandHasHelpWithExamplesThatParse(_ command: [String]) throws {
        let help = try BuiltProgram.run(command + ["--help"])
        #expect(help.status == 0 && help.errors.isEmpty)
        #expect(help.output.contains("\nusage: Train \(command.joined(separator: " "))"))
        #expect(try BuiltProgram.run(["help"] + command).output == help.output)
        let parts = help.output.components(separatedBy: "\nexamples:\n")
        try #require(parts.count == 2)
        let lines = parts[1].split(separator: "\n").filter { !$0.hasPrefix("      ") }
        #expect(!lines.isEmpty)
        try SmallExperiment.inFolder { folder in
            try FileManager.default.createDirectory(
                atPath: folder + "/.config/fish/completions", withIntermediateDirectories: true)
            for line in lines {
                // The word at the end is read last: the program complains of it once it has taken all others.
                let script = """
                    Train() { "\(try BuiltProgram.path())" "$@" --no-such-option; }
                    arecord() { :; }
                    \(line)
                    """
                let process = Process()
                process.executableURL = URL(fileURLWithPath: "/bin/bash")
                process.arguments = ["-c", script]
                process.currentDirectoryURL = URL(fileURLWithPath: folder)
                process.environment = ["HOME": folder, "PATH": "/usr/bin:/bin"]
                let errors = Pipe()
                process.standardError = errors
                process.standardOutput = FileHandle.nullDevice
                try process.run()
                let said = String(
                    decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
                process.waitUntilExit()
                #expect(said.hasPrefix("error: unknown option \"--no-such-option\"\n"), "\(line): \(said)")
            }
        }
    }

    @Test(
        arguments: [
            (["rnu"], "unknown command \"rnu\"; did you mean \"run\"?\nSee Train --help."),
            (["xyzzy"], "unknown command \"xyzzy\"\nSee Train --help."),
            (["help", "rnu"], "unknown command \"rnu\"; did you mean \"run\"?\nSee Train --help."),
            (
                ["data", "lst"],
                "unknown command \"data lst\"; did you mean \"data list\"?\nSee Train --help."
            ),
            (
                ["run", "--treads", "2"],
                "unknown option \"--treads\"; did you mean \"--threads\"?\nSee Train run --help."
            ),
            (
                ["run", "--threads", "0"],
                "--threads: expected an integer from 1 to 64, found \"0\"\nSee Train run --help."
            ),
            (["run", "--threads"], "--threads requires a value: --threads K\nSee Train run --help."),
            (["run", "--quiet=1"], "--quiet takes no value\nSee Train run --help."),
            (["run", "--name", "a", "--name", "b"], "--name may be given only once\nSee Train run --help."),
            (["run", "a.json", "b.json"], "unexpected argument \"b.json\"\nSee Train run --help."),
            (["schema", "x"], "unexpected argument \"x\"\nSee Train schema --help."),
            (["check"], "missing argument: the experiments' JSON files\nSee Train check --help."),
            (["predict"], "missing argument: audio files, a folder, or -\nSee Train predict --help."),
            (["evaluate"], "missing argument: a run folder\nSee Train evaluate --help."),
            (["completions"], "missing argument: bash, zsh or fish\nSee Train completions --help."),
            (
                ["completions", "fishh"],
                "unknown shell \"fishh\"; did you mean \"fish\"?\nSee Train completions --help."
            ),
            (
                ["bench", "recipe-z"],
                "unknown workload \"recipe-z\"; did you mean \"recipe-a\"?\nSee Train bench --help."
            ),
            (
                ["predict", "a.wav", "--format", "xml"],
                "--format: expected table, json or csv, found \"xml\"\nSee Train predict --help."
            ),
            (
                ["data", "stats", "ravdes:/x"],
                "unknown corpus type \"ravdes\"; did you mean \"ravdess\"?\nSee Train data stats --help."
            ),
            (
                ["data", "stats", "/"],
                "/ is a folder; add the corpus type, such as ravdess:/, or folders:/ for one folder per class\nSee Train data stats --help."
            ),
        ] as [([String], String)])
    func wrongUsageIsSaid(_ words: [String], _ message: String) throws {
        let ending = try BuiltProgram.run(words)
        #expect(ending.status == 64)
        #expect(ending.errors == "error: \(message)\n")
        #expect(ending.output.isEmpty)
    }

    @Test func aFamilyOfCommandsIsListed() throws {
        let family = try BuiltProgram.run("data", "--help")
        #expect(family.status == 0 && family.output.contains("data audit"))
        #expect(try BuiltProgram.run("data").status == 64)
        #expect(try BuiltProgram.run("help", "data").output == family.output)
    }

    @Test func outputThatCannotBeWrittenIsAnError() throws {
        var place = BuiltProgram.Surroundings()
        place.output = FileHandle(forWritingAtPath: "/dev/full")
        let ending = try BuiltProgram.run(["schema"], place)
        #expect(ending.status == 1)
        #expect(
            ending.errors == "error: cannot write to standard output: No space left on device\n")
    }

    @Test func completionScriptsKnowEveryCommand() throws {
        for shell in ["bash", "zsh", "fish"] {
            let script = try BuiltProgram.run("completions", shell)
            #expect(script.status == 0 && script.errors.isEmpty)
            for command in Self.commands {
                for word in command { #expect(script.output.contains(word), "\(shell): \(word)") }
            }
        }
    }

    @Test(arguments: [
        ("ru", ["run", "runs"]), ("run --thr", ["--threads"]), ("data au", ["audit"]),
        ("predict --format ", ["table", "json", "csv"]), ("completions ", ["bash", "zsh", "fish"]),
        ("check sma", ["small.json"]),
    ])
    func bashCompletes(_ line: String, _ wanted: [String]) throws {
        try SmallExperiment.inFolder { folder in
            let words =
                ["Train"] + line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            let list = words.map { "'\($0)'" }.joined(separator: " ")
            let script = """
                source <("\(try BuiltProgram.path())" completions bash)
                COMP_WORDS=(\(list)); COMP_CWORD=\(words.count - 1)
                _Train 2> /dev/null
                printf '%s\\n' "${COMPREPLY[@]}"
                """
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/bash")
            process.arguments = ["-c", script]
            process.currentDirectoryURL = URL(fileURLWithPath: folder)
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            let said = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
            process.waitUntilExit()
            #expect(said.split(separator: "\n").map(String.init) == wanted)
        }
    }
}
