import Configuration

/// Options for `sbatch` that a script is to have beside its own, such as `--partition=long --time=8:00:00`.
public struct SlurmOptions: Sendable, Equatable {
    /// The options with their values, each as the words of a line.
    public private(set) var lines: [[String]] = []

    /// None.
    public init() {}

    /// What cannot be an option of the script, in words.
    public struct Problem: Error, Sendable, Equatable, CustomStringConvertible {
        /// What was found, and what is allowed or what to use instead.
        public var description: String
    }

    /// What the scripts set themselves, and how that is changed.
    private static let own: [(name: String, letter: Character?, instead: String)] = [
        ("job-name", "J", "--name names the jobs"),
        ("array", "a", "--slurm-array sets how many tasks an array has"),
        ("cpus-per-task", "c", "--threads sets the cores of a task"),
        ("output", "o", "the logs are in the folder of the ablation"),
        ("open-mode", nil, "a task that is queued again adds to its log"),
        ("signal", nil, "the script is told of its time limit by a signal, to save in time"),
        ("requeue", nil, "a task is queued again when it reaches its time limit"),
        ("no-requeue", nil, "a task is queued again when it reaches its time limit"),
        ("chdir", "D", "the script goes to the folder in which it was written"),
        ("wrap", nil, "the commands are in it"),
    ]

    /// Reads a line as a shell would, with quotes around what has spaces in it. Throws for what is no option, and for an option
    /// that the scripts set themselves.
    public init(parsing text: String) throws(Problem) {
        let example = "expected options of sbatch such as \"--partition=long --time=8:00:00\""
        guard text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw Problem(description: "\(example), found a control character, such as the end of a line")
        }
        let words = try Self.words(text)
        guard !words.isEmpty else { throw Problem(description: "\(example), found none") }
        for word in words {
            if word.hasPrefix("-"), word.drop(while: { $0 == "-" }).first?.isLetter == true,
                !word.hasPrefix("---")
            {
                if let other = Self.own.first(where: { Self.names(word, $0.name, $0.letter) }) {
                    throw Problem(
                        description:
                            "\"\(word)\" conflicts with --\(other.name), which the script sets itself: \(other.instead)"
                    )
                }
                lines.append([word])
            } else if let option = lines.last, option.count == 1, Self.mayNeedValue(option[0]) {
                lines[lines.count - 1].append(word)
            } else {
                throw Problem(description: "\(example), found \"\(word)\"")
            }
        }
    }

    /// Whether a value may follow as a word of its own.
    private static func mayNeedValue(_ option: String) -> Bool {
        option.hasPrefix("--") ? !option.contains("=") : option.count == 2
    }

    /// Whether a word is that option: by its name, a beginning of it that `sbatch` takes as well, or its letter.
    private static func names(_ word: String, _ name: String, _ letter: Character?) -> Bool {
        guard word.hasPrefix("--") else { return letter != nil && word.dropFirst().first == letter }
        let given = word.dropFirst(2).prefix { $0 != "=" }
        return given.count >= 3 && name.hasPrefix(given)
    }

    /// The words of a line, as a shell takes it apart.
    private static func words(_ text: String) throws(Problem) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        for character in text {
            if character == quote {
                quote = nil
            } else if quote != nil {
                word = (word ?? "") + String(character)
            } else if character == "\"" || character == "'" {
                quote = character
                word = word ?? ""
            } else if character == " " {
                if let done = word { words.append(done) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        if let quote { throw Problem(description: "a \(quote) is not closed in: \(text)") }
        if let word { words.append(word) }
        return words
    }
}
