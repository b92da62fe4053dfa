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
        /// Whether there may be several.
        var isRepeated = false
        var completion = Completion.nothing
    }
}

/// What a shell offers for a value while it is typed.
enum Completion: Sendable, Equatable {
    case nothing
    case files
    case words([String])
}

/// What a command's help says about an option, and how its text becomes a value.
protocol OptionDeclaration: Sendable {
    /// The name without its dashes.
    var name: String { get }
    /// What stands for the value in the help; nil for a switch, which has none.
    var placeholder: String? { get }
    var help: String { get }
    /// Whether it may be given several times.
    var isRepeated: Bool { get }
    var completion: Completion { get }
    func parse(_ text: String) throws -> any Sendable
}

extension OptionDeclaration {
    var isRepeated: Bool { false }
    var completion: Completion { .nothing }
}

/// An option with a value, `--name VALUE` or `--name=VALUE`. Also the key that its value is read with.
struct Option<Value: Sendable>: OptionDeclaration {
    let name: String
    let placeholder: String?
    let help: String
    let read: @Sendable (String) -> Value?
    /// What a value has to be, for the message about another.
    let expected: String
    var isRepeated = false
    var completion = Completion.nothing

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
    static func text(
        _ name: String, _ placeholder: String, help: String, isRepeated: Bool = false,
        completion: Completion = .nothing
    ) -> Option {
        Option(
            name: name, placeholder: placeholder, help: help, read: { $0 }, expected: "text",
            isRepeated: isRepeated, completion: completion)
    }

    /// A path.
    static func path(_ name: String, _ placeholder: String, help: String) -> Option {
        text(name, placeholder, help: help, completion: .files)
    }

    /// One of some words.
    static func choice(_ name: String, _ words: [String], help: String) -> Option {
        Option(
            name: name, placeholder: words.joined(separator: "|"), help: help,
            read: { words.contains($0) ? $0 : nil },
            expected: words.dropLast().joined(separator: ", ") + " or " + (words.last ?? ""),
            completion: .words(words))
    }
}

extension Option where Value == Double {
    /// A number within a range.
    static func number(_ name: String, _ placeholder: String, in range: ClosedRange<Double>, help: String)
        -> Option
    {
        Option(
            name: name, placeholder: placeholder, help: help,
            read: { text in Double(text).flatMap { range.contains($0) ? $0 : nil } },
            expected: "a number from \(range.lowerBound) to \(range.upperBound)")
    }
}

/// An option without a value, `--name`.
struct Switch: OptionDeclaration {
    let name: String
    let help: String
    var placeholder: String? { nil }

    func parse(_ text: String) throws -> any Sendable { true }
}
