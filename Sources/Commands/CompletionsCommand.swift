extension Command {
    /// Prints a completion script for a shell.
    static let completions: Command = Command(
        name: "completions",
        summary: "Print the completion script for bash, zsh or fish.",
        argument: Argument(
            placeholder: "bash|zsh|fish", help: "Shell.", completion: .words(["bash", "zsh", "fish"])),
        examples: [
            (
                "source <(Train completions bash)",
                "Enable completion in this shell; add the line to ~/.bashrc to keep it."
            ),
            (
                "Train completions fish > ~/.config/fish/completions/Train.fish",
                "Enable completion in fish permanently."
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
            case nil: throw UsageError("missing argument: bash, zsh or fish")
            }
        })
}
