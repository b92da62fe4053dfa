import Autograd
import Configuration

/// Additional `sbatch` options for a script, such as `--partition=long --time=8:00:00`.
public struct SlurmOptions: Sendable, Equatable {
    /// The options with their values, one list of words per line.
    public private(set) var lines: [[String]] = []

    /// No additional options.
    public init() {}

    /// The options that the scripts set themselves, and how to change them.
    private static let own: [(name: String, letter: Character?, instead: String)] = [
        ("job-name", "J", "use --name to set the job name"),
        ("array", "a", "use --slurm-array to set the array size"),
        ("cpus-per-task", "c", "use --threads to set the cores per task"),
        ("output", "o", "logs are written to the ablation folder"),
        ("open-mode", nil, "a requeued task appends to its log"),
        ("signal", nil, "the script needs this signal to save before its time limit"),
        ("requeue", nil, "a task is requeued when it reaches its time limit"),
        ("no-requeue", nil, "a task is requeued when it reaches its time limit"),
        ("chdir", "D", "the script changes to the folder in which it was created"),
        ("wrap", nil, "the script contains the commands"),
    ]

    /// Parses options as a shell would, with quotes around values that contain spaces. Throws for invalid options and for
    /// options that the scripts set themselves.
    public init(parsing text: String) throws(InputError) {
        let example = "expected sbatch options such as \"--partition=long --time=8:00:00\""
        guard text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw InputError("\(example), found a control character, such as a line break")
        }
        let words = try Self.words(text)
        guard !words.isEmpty else { throw InputError("\(example), found none") }
        for word in words {
            if word.hasPrefix("-"), word.drop(while: { $0 == "-" }).first?.isLetter == true,
                !word.hasPrefix("---")
            {
                if let other = Self.own.first(where: { Self.names(word, $0.name, $0.letter) }) {
                    throw InputError(
                        "\"\(word)\" conflicts with --\(other.name), which the script sets itself: \(other.instead)"
                    )
                }
                lines.append([word])
            } else if let option = lines.last, option.count == 1, Self.mayNeedValue(option[0]) {
                lines[lines.count - 1].append(word)
            } else {
                throw InputError("\(example), found \"\(word)\"")
            }
        }
    }

    /// Whether the option's value may be the next word.
    private static func mayNeedValue(_ option: String) -> Bool {
        option.hasPrefix("--") ? !option.contains("=") : option.count == 2
    }

    /// Whether a word is the given option: by its name, an abbreviation that `sbatch` accepts, or its letter.
    private static func names(_ word: String, _ name: String, _ letter: Character?) -> Bool {
        guard word.hasPrefix("--") else { return letter != nil && word.dropFirst().first == letter }
        let given = word.dropFirst(2).prefix { $0 != "=" }
        return given.count >= 3 && name.hasPrefix(given)
    }

    /// Splits a line into words as a shell does.
    private static func words(_ text: String) throws(InputError) -> [String] {
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
        if let quote { throw InputError("unclosed \(quote) in: \(text)") }
        if let word { words.append(word) }
        return words
    }
}
