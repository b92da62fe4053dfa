extension Command {
    /// Prints the script that makes a shell complete this program's words.
    static let completions: Command = Command(
        name: "completions",
        summary: "Prints a script that lets bash, zsh or fish complete commands and options.",
        argument: Argument(
            placeholder: "bash|zsh|fish", help: "The shell.", completion: .words(["bash", "zsh", "fish"])),
        examples: [
            (
                "source <(Train completions bash)",
                "Completes in this bash; put the line into ~/.bashrc to keep it."
            ),
            (
                "Train completions fish > ~/.config/fish/completions/Train.fish",
                "Completes in fish from now on."
            ),
        ],
        run: { arguments in
            let script = CompletionScript(
                program: arguments.program.name, commands: arguments.program.commands)
            switch arguments.argument {
            case "bash": print(script.bash)
            case "zsh": print(script.zsh)
            case "fish": print(script.fish)
            case let other?:
                throw UsageError("unknown shell \"\(other)\"", of: other, among: ["bash", "zsh", "fish"])
            case nil: throw UsageError("which shell? bash, zsh or fish")
            }
        })
}
