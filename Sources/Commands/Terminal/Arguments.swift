/// The parsed arguments and options of a command.
public struct Arguments: Sendable {
    /// The positional arguments.
    private(set) var all: [String] = []
    /// The program that runs the command.
    public let program: Program
    private var values: [String: [any Sendable]] = [:]

    /// The first positional argument.
    public var argument: String? { all.first }

    /// The value of an option; the last one if it was repeated.
    public subscript<Value>(option: Option<Value>) -> Value? { values[option.name]?.last as? Value }
    public subscript(option: Switch) -> Bool { values[option.name] != nil }

    /// Whether an option of this name was given.
    func has(_ name: String) -> Bool { values[name] != nil }

    /// Every value of an option that may be given several times.
    public func every<Value>(_ option: Option<Value>) -> [Value] {
        (values[option.name] ?? []).compactMap { $0 as? Value }
    }

    /// Parses words. Throws a `UsageError` for unknown options and arguments, and for options that break the command's rules.
    /// Everything after `--` is an argument.
    public init(_ words: ArraySlice<String>, of command: Command, in program: Program) throws {
        self.program = program
        var words = words
        var isLiteral = false
        while let word = words.popFirst() {
            if word == "--", !isLiteral {
                isLiteral = true
                continue
            }
            guard word.hasPrefix("-"), word != "-", !isLiteral else {
                guard let argument = command.argument, argument.isRepeated || all.isEmpty else {
                    throw UsageError("unexpected argument \"\(word)\"")
                }
                all.append(word)
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let option = command.options.first(where: { "--" + $0.name == parts[0] }) else {
                throw UsageError(
                    "unknown option \"\(parts[0])\"", of: String(parts[0]),
                    among: command.options.map { "--" + $0.name } + ["--help"])
            }
            guard values[option.name] == nil || option.isRepeated else {
                throw UsageError("--\(option.name) may be given only once")
            }
            var value = parts.count > 1 ? String(parts[1]) : nil
            if let placeholder = option.placeholder {
                value = value ?? words.popFirst()
                if value == nil {
                    throw UsageError("--\(option.name) requires a value: --\(option.name) \(placeholder)")
                }
            } else if value != nil {
                throw UsageError("--\(option.name) takes no value")
            }
            values[option.name, default: []].append(try option.parse(value ?? ""))
        }
        for rule in OptionRule.common + command.rules {
            if let message = rule.violation(self) { throw UsageError(message) }
        }
    }
}
