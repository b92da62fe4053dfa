/// One subcommand of the program: what it is called, what it takes, and what it does.
public struct Command: Sendable {
    public let name: String
    /// One line, for the list of commands.
    public let summary: String
    /// The argument without a dash, where there is one.
    public var argument: Argument? = nil
    public var options: [any OptionDeclaration] = []
    /// Whole lines to type, each with what it does.
    public let examples: [(line: String, does: String)]
    public let run: @Sendable (Arguments) throws -> Void

    /// Creates a command.
    public init(
        name: String, summary: String, argument: Argument? = nil, options: [any OptionDeclaration] = [],
        examples: [(line: String, does: String)] = [], run: @escaping @Sendable (Arguments) throws -> Void
    ) {
        (self.name, self.summary, self.argument) = (name, summary, argument)
        (self.options, self.examples, self.run) = (options, examples, run)
    }

    /// A positional argument.
    public struct Argument: Sendable {
        /// The word for it in the help.
        public let placeholder: String
        /// What it is.
        public let help: String
        /// Whether it can be given several times.
        public var isRepeated = false
        /// What a shell completes it with.
        public var completion = Completion.nothing

        /// Creates a positional argument.
        public init(
            placeholder: String, help: String, isRepeated: Bool = false, completion: Completion = .nothing
        ) {
            (self.placeholder, self.help) = (placeholder, help)
            (self.isRepeated, self.completion) = (isRepeated, completion)
        }
    }
}

/// What a shell offers for a value while it is typed.
public enum Completion: Sendable, Equatable {
    case nothing
    case files
    case words([String])
}

/// What a command's help says about an option, and how its text becomes a value.
public protocol OptionDeclaration: Sendable {
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
    public var isRepeated: Bool { false }
    public var completion: Completion { .nothing }
}

/// An option with a value, `--name VALUE` or `--name=VALUE`. Also the key that its value is read with.
public struct Option<Value: Sendable>: OptionDeclaration {
    public let name: String
    public let placeholder: String?
    public let help: String
    public let read: @Sendable (String) -> Value?
    /// What a value has to be, for the message about another.
    public let expected: String
    public var isRepeated = false
    public var completion = Completion.nothing

    /// Creates an option.
    public init(
        name: String, placeholder: String?, help: String, read: @escaping @Sendable (String) -> Value?,
        expected: String, isRepeated: Bool = false, completion: Completion = .nothing
    ) {
        (self.name, self.placeholder, self.help) = (name, placeholder, help)
        (self.read, self.expected) = (read, expected)
        (self.isRepeated, self.completion) = (isRepeated, completion)
    }

    public func parse(_ text: String) throws -> any Sendable {
        guard let value = read(text) else {
            throw UsageError("--\(name): expected \(expected), found \"\(text)\"")
        }
        return value
    }
}

extension Option where Value == Int {
    /// A whole number within a range.
    public static func integer(
        _ name: String, _ placeholder: String, in range: ClosedRange<Int>, help: String
    )
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
    public static func text(
        _ name: String, _ placeholder: String, help: String, isRepeated: Bool = false,
        completion: Completion = .nothing
    ) -> Option {
        Option(
            name: name, placeholder: placeholder, help: help, read: { $0 }, expected: "text",
            isRepeated: isRepeated, completion: completion)
    }

    /// A path.
    public static func path(_ name: String, _ placeholder: String, help: String) -> Option {
        text(name, placeholder, help: help, completion: .files)
    }

    /// One of some words.
    public static func choice(_ name: String, _ words: [String], help: String) -> Option {
        Option(
            name: name, placeholder: words.joined(separator: "|"), help: help,
            read: { words.contains($0) ? $0 : nil },
            expected: words.dropLast().joined(separator: ", ") + " or " + (words.last ?? ""),
            completion: .words(words))
    }
}

extension Option where Value == Double {
    /// A number within a range.
    public static func number(
        _ name: String, _ placeholder: String, in range: ClosedRange<Double>, help: String
    )
        -> Option
    {
        Option(
            name: name, placeholder: placeholder, help: help,
            read: { text in Double(text).flatMap { range.contains($0) ? $0 : nil } },
            expected: "a number from \(range.lowerBound) to \(range.upperBound)")
    }
}

/// An option without a value, `--name`.
public struct Switch: OptionDeclaration {
    public let name: String
    public let help: String
    public var placeholder: String? { nil }

    /// Creates an option without a value.
    public init(name: String, help: String) {
        (self.name, self.help) = (name, help)
    }

    public func parse(_ text: String) throws -> any Sendable { true }
}
