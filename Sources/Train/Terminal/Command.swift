/// One subcommand of the program: what it is called, what it takes, and what it does.
struct Command: Sendable {
    let name: String
    /// One line, for the list of commands.
    let summary: String
    /// The argument without a dash, where there is one.
    var argument: Argument? = nil
    var options: [any OptionDeclaration] = []
    /// Whole lines to type, each with what it does.
    let examples: [(line: String, does: String)]
    let run: @Sendable (Arguments) throws -> Void

    /// An argument that is given by its place.
    struct Argument: Sendable {
        let placeholder: String
        let help: String
    }
}

/// What a command's help says about an option, and how its text becomes a value.
protocol OptionDeclaration: Sendable {
    /// The name without its dashes.
    var name: String { get }
    /// What stands for the value in the help; nil for a switch, which has none.
    var placeholder: String? { get }
    var help: String { get }
    func parse(_ text: String) throws -> any Sendable
}

/// An option with a value, `--name VALUE` or `--name=VALUE`. Also the key that its value is read with.
struct Option<Value: Sendable>: OptionDeclaration {
    let name: String
    let placeholder: String?
    let help: String
    let read: @Sendable (String) -> Value?
    /// What a value has to be, for the message about another.
    let expected: String

    func parse(_ text: String) throws -> any Sendable {
        guard let value = read(text) else {
            throw UsageError("--\(name): expected \(expected), found \"\(text)\"")
        }
        return value
    }
}

extension Option where Value == Int {
    /// A whole number within a range.
    static func integer(_ name: String, _ placeholder: String, in range: ClosedRange<Int>, help: String)
        -> Option
    {
        let expected =
            range.upperBound == .max
            ? "a whole number from \(range.lowerBound)"
            : "a whole number from \(range.lowerBound) to \(range.upperBound)"
        return Option(
            name: name, placeholder: placeholder, help: help,
            read: { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }, expected: expected)
    }
}

extension Option where Value == String {
    /// Any text, such as the path of a file.
    static func text(_ name: String, _ placeholder: String, help: String) -> Option {
        Option(name: name, placeholder: placeholder, help: help, read: { $0 }, expected: "text")
    }
}

/// An option without a value, `--name`.
struct Switch: OptionDeclaration {
    let name: String
    let help: String
    var placeholder: String? { nil }

    func parse(_ text: String) throws -> any Sendable { true }
}

/// What was typed after a command's name, checked against what the command takes.
struct Arguments: Sendable {
    /// The argument without a dash.
    private(set) var argument: String?
    private var values: [String: any Sendable] = [:]

    subscript<Value>(option: Option<Value>) -> Value? { values[option.name] as? Value }
    subscript(option: Switch) -> Bool { values[option.name] != nil }

    init(_ words: ArraySlice<String>, of command: Command) throws {
        var words = words
        while let word = words.popFirst() {
            guard word.hasPrefix("-"), word != "-" else {
                guard command.argument != nil, argument == nil else {
                    throw UsageError("unexpected argument \"\(word)\"")
                }
                argument = word
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let option = command.options.first(where: { "--" + $0.name == parts[0] }) else {
                throw UsageError(
                    "unknown option \"\(parts[0])\"", of: String(parts[0]),
                    among: command.options.map { "--" + $0.name } + ["--help"])
            }
            guard values[option.name] == nil else { throw UsageError("--\(option.name) is given twice") }
            var value = parts.count > 1 ? String(parts[1]) : nil
            if let placeholder = option.placeholder {
                value = value ?? words.popFirst()
                if value == nil {
                    throw UsageError("--\(option.name) needs a value: --\(option.name) \(placeholder)")
                }
            } else if value != nil {
                throw UsageError("--\(option.name) takes no value")
            }
            values[option.name] = try option.parse(value ?? "")
        }
    }
}
