import Configuration
import Autograd
import Encoders
import Glibc
import Lab

/// A command-line program: finds the requested command, shows help, and turns errors into messages and exit statuses.
public struct Program: Sendable {
    /// The name of the executable, as help and examples show it.
    public var name: String
    /// What the program does, in one sentence.
    public var summary: String
    /// The commands, in the order of the help.
    public var commands: [Command]

    /// Creates a program from its commands.
    public init(name: String, summary: String, commands: [Command]) {
        (self.name, self.summary, self.commands) = (name, summary, commands)
    }

    /// Runs the command that the process's arguments name, and exits with its status.
    public func main() -> Never {
        // Report a file that exceeds the size limit as an error, like a full disk.
        signal(SIGXFSZ, SIG_IGN)
        var status = run(Array(CommandLine.arguments.dropFirst()))
        if fflush(nil) != 0 { Terminal.outputError.store(errno, ordering: .relaxed) }
        let code = Terminal.outputError.load(ordering: .relaxed)
        if code != 0 {
            Terminal.error("error: cannot write to standard output: \(String(cString: strerror(code)))")
            if status == 0 { status = 1 }
        }
        exit(status)
    }

    /// Runs the command given by `words` (without the program's name) and returns the exit status. Configs can name everything
    /// that is registered, and pretrained encoders.
    public func run(_ words: [String]) -> Int32 {
        EncoderKinds.register()
        SpeechSegments.register()
        guard let first = words.first else {
            Terminal.error(help)
            return 64
        }
        if first == "--help" || first == "-h" {
            print(help)
            return 0
        }
        if first == "--version" {
            print("Prosody \(RunEnvironment.version)")
            return 0
        }
        if first == "help" {
            return run(words.dropFirst() + ["--help"])
        }
        guard let (command, rest) = command(words[...]) else { return unknown(words) }
        if rest.contains("--help") || rest.contains("-h") {
            print(help(of: command))
            return 0
        }
        do {
            try command.run(Arguments(rest, of: command, in: self))
            return 0
        } catch let error as UsageError {
            Terminal.error("error: \(error.message)\nSee \(name) \(command.name) --help.")
            return 64
        } catch is RunStopped {
            Terminal.error("Stopped.")
            return 130
        } catch let error as FolderInUse {
            Terminal.error("error: \(error)")
            return AblationRunner.busyStatus
        } catch {
            Terminal.error("error: \(error)")
            return 1
        }
    }

    /// The command that the first words name, and the words after it. A name may have two words: `data list`.
    private func command(_ words: ArraySlice<String>) -> (command: Command, rest: ArraySlice<String>)? {
        for count in [2, 1] where words.count >= count {
            let name = words.prefix(count).joined(separator: " ")
            if let command = commands.first(where: { $0.name == name }) {
                return (command, words.dropFirst(count))
            }
        }
        return nil
    }

    private func unknown(_ words: [String]) -> Int32 {
        let family = commands.filter { $0.name.hasPrefix(words[0] + " ") }
        if !family.isEmpty, words.count == 1 || ["--help", "-h"].contains(words[1]) {
            print(twoColumns(family.map { ($0.name, $0.summary) }))
            print("\nRun \"\(name) COMMAND --help\" for the options of a command, with examples.")
            return words.count == 1 ? 64 : 0
        }
        let wrong = family.isEmpty ? words[0] : words.prefix(2).joined(separator: " ")
        let error = UsageError(
            "unknown command \"\(wrong)\"", of: wrong,
            among: (family.isEmpty ? commands : family).map(\.name) + ["help"])
        Terminal.error("error: \(error.message)\nSee \(name) --help.")
        return 64
    }

    private var help: String {
        let rows = commands.map { ($0.name, $0.summary) }
        return """
            \(wrapped(summary, indent: 0))

            usage: \(name) COMMAND [options]

            commands:
            \(twoColumns(rows))

            exit status:
              0    success
              1    error in a file, a config or a run; see the message
              64   incorrect usage of the command line
              71   out of memory
              75   the run folder is in use by another process
              130  interrupted by Ctrl-C or SIGTERM; progress is saved

            \(wrapped("Run \"\(name) COMMAND --help\" for the options of a command, with examples, and \"\(name) --version\" for the version.", indent: 0))
            """
    }

    private func help(of command: Command) -> String {
        var usage = ["usage: \(name) \(command.name)"]
        if let argument = command.argument {
            usage.append(argument.isOptional ? "[\(argument.usage)]" : argument.usage)
        }
        usage += command.options.map { option in
            "[--\(option.name)\(option.placeholder.map { " " + $0 } ?? "")]"
                + (option.isRepeated ? "..." : "")
        }
        var rows = command.options.map { ("--\($0.name)\($0.placeholder.map { " " + $0 } ?? "")", $0.help) }
        if let argument = command.argument { rows.insert((argument.placeholder, argument.help), at: 0) }
        rows.append(("--help", "Show this help."))
        return """
            \(wrapped(command.summary, indent: 0))

            \(usage.lines(of: Terminal.width - 4).joined(separator: "\n    "))

            \(twoColumns(rows))

            examples:
            \(command.examples.map { "  \(named($0.line))\n      \(wrapped(named($0.does), indent: 6))" }.joined(separator: "\n"))
            """
    }

    /// Replaces the standard program's name in an example.
    private func named(_ text: String) -> String { text.replacing("Train ", with: name + " ") }

    /// Rows of names and texts, wrapped to the width of the terminal. The text of a long name begins on the next line.
    private func twoColumns(_ rows: [(String, String)]) -> String {
        let width = min(rows.map(\.0.count).max() ?? 0, 20)
        return rows.map { name, text in
            let gap =
                name.count > width
                ? "\n" + String(repeating: " ", count: width + 4)
                : String(repeating: " ", count: width - name.count + 2)
            return "  \(name)\(gap)\(wrapped(text, indent: width + 4))"
        }.joined(separator: "\n")
    }

    /// The text as lines that fit the terminal, all but the first of which are indented.
    private func wrapped(_ text: String, indent: Int) -> String {
        text.wrapped(to: max(Terminal.width - indent, 30))
            .joined(separator: "\n" + String(repeating: " ", count: indent))
    }
}
