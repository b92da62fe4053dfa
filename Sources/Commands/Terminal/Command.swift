/// A subcommand of a program.
public struct Command: Sendable {
    public let name: String
    /// A one-line summary for the list of commands.
    public let summary: String
    /// The positional argument, if any.
    public var argument: Argument? = nil
    public var options: [any OptionDeclaration] = []
    /// The rules for which options can be combined.
    public var rules: [OptionRule] = []
    /// Example command lines with explanations.
    public let examples: [(line: String, does: String)]
    public let run: @Sendable (Arguments) throws -> Void

    /// Creates a command.
    public init(
        name: String, summary: String, argument: Argument? = nil, options: [any OptionDeclaration] = [],
        rules: [OptionRule] = [], examples: [(line: String, does: String)] = [],
        run: @escaping @Sendable (Arguments) throws -> Void
    ) {
        (self.name, self.summary, self.argument) = (name, summary, argument)
        (self.options, self.rules, self.examples, self.run) = (options, rules, examples, run)
    }

    /// A positional argument.
    public struct Argument: Sendable {
        /// The placeholder in the help; several words name several arguments.
        public let placeholder: String
        /// The description in the help.
        public let help: String
        /// Whether several values are accepted.
        public var isRepeated = false
        /// Whether the argument may be omitted.
        public var isOptional = false
        /// The completions that a shell offers.
        public var completion = Completion.nothing

        /// The argument in the usage line.
        var usage: String { isRepeated && !placeholder.contains(" ") ? placeholder + " ..." : placeholder }

        /// Creates a positional argument.
        public init(
            placeholder: String, help: String, isRepeated: Bool = false, isOptional: Bool = false,
            completion: Completion = .nothing
        ) {
            (self.placeholder, self.help) = (placeholder, help)
            (self.isRepeated, self.isOptional, self.completion) = (isRepeated, isOptional, completion)
        }
    }
}

/// The completions that a shell offers for a value.
public enum Completion: Sendable, Equatable {
    case nothing
    case files
    case words([String])
}

/// An option: its description in the help, and the parsing of its value.
public protocol OptionDeclaration: Sendable {
    /// The name without dashes.
    var name: String { get }
    /// The placeholder of the value in the help; nil for a switch.
    var placeholder: String? { get }
    var help: String { get }
    /// Whether the option may be repeated.
    var isRepeated: Bool { get }
    var completion: Completion { get }
    func parse(_ text: String) throws -> any Sendable
}

extension OptionDeclaration {
    public var isRepeated: Bool { false }
    public var completion: Completion { .nothing }
}

/// An option with a value, `--name VALUE` or `--name=VALUE`. It is also the key for reading the value from `Arguments`.
public struct Option<Value: Sendable>: OptionDeclaration {
    public let name: String
    public let placeholder: String?
    public let help: String
    public let read: @Sendable (String) -> Value?
    /// The expected value, for error messages.
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
    /// An integer within a range.
    public static func integer(
        _ name: String, _ placeholder: String, in range: ClosedRange<Int>, help: String
    )
        -> Option
    {
        let expected =
            range.upperBound == .max
            ? "an integer from \(range.lowerBound)"
            : "an integer from \(range.lowerBound) to \(range.upperBound)"
        return Option(
            name: name, placeholder: placeholder, help: help,
            read: { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }, expected: expected)
    }
}

extension Option where Value == String {
    /// A string.
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

    /// One of several words.
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
