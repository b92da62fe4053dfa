/// A rule for which options of a command can be combined. `Arguments` checks the rules, so no option is silently ignored.
public enum OptionRule: Sendable {
    /// The first option conflicts with each of the others.
    case exclusive(any OptionDeclaration, [any OptionDeclaration], because: String? = nil)
    /// Options without effect if another one is given.
    case useless([any OptionDeclaration], with: any OptionDeclaration)
    /// Options that have an effect only if another one is given.
    case requires([any OptionDeclaration], any OptionDeclaration)

    /// The rules of all commands.
    static let common: [OptionRule] = [
        .exclusive(Common.cache, [Common.noCache]), .exclusive(Common.cacheLimit, [Common.noCache]),
    ]

    /// The message for options that break the rule; nil if they keep it.
    func violation(_ arguments: Arguments) -> String? {
        func given(_ options: [any OptionDeclaration]) -> String? {
            options.first { arguments.has($0.name) }?.name
        }
        switch self {
        case .exclusive(let option, let others, let reason):
            guard let first = given([option]), let second = given(others) else { return nil }
            return "--\(first) and --\(second) are mutually exclusive" + (reason.map { ": \($0)" } ?? "")
        case .useless(let options, let other):
            guard let useless = given(options), let other = given([other]) else { return nil }
            return "--\(useless) has no effect with --\(other); remove one of them"
        case .requires(let options, let other):
            guard let option = given(options), given([other]) == nil else { return nil }
            return "--\(option) requires --\(other.name)"
        }
    }
}
