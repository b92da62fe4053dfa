/// Completion scripts for shells.
struct CompletionScript {
    let program: String
    let commands: [Command]

    /// The script for bash, to be sourced.
    var bash: String {
        let cases = commands.map { command in
            let options = (command.options.map { "--" + $0.name } + ["--help"]).joined(separator: " ")
            let values = command.options.compactMap { option -> String? in
                guard option.placeholder != nil else { return nil }
                return "            --\(option.name)) \(bashReply(option.completion)) ;;"
            }
            return """
                    "\(command.name)")
                        case "$last" in
                \((values + ["            *) ;;"]).joined(separator: "\n"))
                        esac
                        if [[ -z $done ]]; then
                            if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "\(options)" -- "$word"))
                            else \(bashReply(command.argument?.completion ?? .nothing)); fi
                        fi ;;
                """
        }
        return """
            # Completion of \(program) for bash. To use it: source <(\(program) completions bash)
            _\(program)() {
                local word=${COMP_WORDS[COMP_CWORD]} last=${COMP_WORDS[COMP_CWORD-1]} name=${COMP_WORDS[1]} done=
                COMPREPLY=()
                if [[ " \(families.joined(separator: " ")) " == *" $name "* ]]; then
                    if ((COMP_CWORD == 2)); then
                        case "$name" in
            \(families.map { "                \($0)) COMPREPLY=($(compgen -W \"\(secondWords(of: $0).joined(separator: " "))\" -- \"$word\")) ;;" }.joined(separator: "\n"))
                        esac
                        return
                    fi
                    name="$name ${COMP_WORDS[2]}"
                fi
                if ((COMP_CWORD == 1)); then
                    COMPREPLY=($(compgen -W "\(firstWords.joined(separator: " ")) help --help" -- "$word"))
                    return
                fi
                case "$name" in
            \(cases.joined(separator: "\n"))
                esac
            }
            complete -F _\(program) \(program)
            """
    }

    private func bashReply(_ completion: Completion) -> String {
        switch completion {
        case .nothing: "COMPREPLY=(); done=1"
        case .files:
            "local IFS=$'\\n'; COMPREPLY=($(compgen -f -- \"$word\")); compopt -o filenames 2> /dev/null; done=1"
        case .words(let words):
            "COMPREPLY=($(compgen -W \"\(words.joined(separator: " "))\" -- \"$word\")); done=1"
        }
    }

    /// The script for zsh, to be sourced or placed on the `fpath`.
    var zsh: String {
        """
        #compdef \(program)
        # Completion of \(program) for zsh. To use it: source <(\(program) completions zsh)
        autoload -U +X bashcompinit && bashcompinit
        \(bash)
        """
    }

    /// The script for fish, to be sourced.
    var fish: String {
        var lines = [
            "# Completion of \(program) for fish. To use it: \(program) completions fish | source",
            "complete -c \(program) -f",
        ]
        for command in commands where !command.name.contains(" ") {
            lines.append(
                "complete -c \(program) -n __fish_use_subcommand -a \(command.name) -d \(quoted(command.summary))"
            )
        }
        for family in families {
            lines.append("complete -c \(program) -n __fish_use_subcommand -a \(family)")
            for word in secondWords(of: family) {
                let inside =
                    "__fish_seen_subcommand_from \(family); and not __fish_seen_subcommand_from "
                    + secondWords(of: family).joined(separator: " ")
                lines.append("complete -c \(program) -n \(quoted(inside)) -a \(word)")
            }
        }
        for command in commands {
            let seen = quoted(
                command.name.split(separator: " ").map { "__fish_seen_subcommand_from \($0)" }.joined(
                    separator: "; and "))
            for option in command.options {
                var line = "complete -c \(program) -n \(seen) -l \(option.name) -d \(quoted(option.help))"
                if option.placeholder != nil { line += " -x\(fishValues(option.completion))" }
                lines.append(line)
            }
            if let argument = command.argument, argument.completion != .nothing {
                lines.append("complete -c \(program) -n \(seen)\(fishValues(argument.completion))")
            }
        }
        return lines.joined(separator: "\n")
    }

    private func fishValues(_ completion: Completion) -> String {
        switch completion {
        case .nothing: ""
        case .files: " -F"
        case .words(let words): " -a \(quoted(words.joined(separator: " ")))"
        }
    }

    private func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "\\'") + "'"
    }

    /// The first words of two-word commands.
    private var families: [String] {
        var found: [String] = []
        for command in commands where command.name.contains(" ") {
            let word = String(command.name.prefix { $0 != " " })
            if !found.contains(word) { found.append(word) }
        }
        return found
    }

    private var firstWords: [String] { commands.map(\.name).filter { !$0.contains(" ") } + families }

    private func secondWords(of family: String) -> [String] {
        commands.compactMap {
            $0.name.hasPrefix(family + " ") ? String($0.name.dropFirst(family.count + 1)) : nil
        }
    }
}
