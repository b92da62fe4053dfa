/// The state of a decoding: the path of the current value, the constraints on it, and the issues found so far.
///
/// Types that decode themselves report issues and continue, so that all errors of a document are reported at once.
public final class Decoding {
    /// The environment for substituting `${NAME}` in strings. nil disables substitution.
    let environment: [String: String]?
    /// Whether `${NAME}` is kept if the environment has no such variable.
    let keepsUnset: Bool
    private(set) var problems: [ConfigurationIssue] = []
    /// The path of the current value.
    public private(set) var path = JSONPath()
    /// The field's constraints on the current value.
    var limits = Limits()

    init(environment: [String: String]? = nil, keepsUnset: Bool = false) {
        self.environment = environment
        self.keepsUnset = keepsUnset
    }

    /// Reports an issue with the current value.
    public func report(_ message: String, at place: Location) {
        problems.append(ConfigurationIssue(place: place, path: path, message: message))
    }

    /// Reports an invalid value: `expected an integer above 0, found 12.5`.
    public func mismatch(_ json: JSONValue, _ allowed: String, hint: String = "") {
        report("expected \(limits.applied(to: allowed)), found \(json.shown)\(hint)", at: json.place)
    }

    /// Decodes a child of the current value. Reports an issue and returns nil if the nesting is too deep.
    public func inside<Value>(_ step: JSONPath.Step, at place: Location, _ decode: () -> Value?) -> Value? {
        guard path.steps.count < JSONValue.depthLimit else {
            report("more than \(JSONValue.depthLimit) levels deep", at: place)
            return nil
        }
        let outer = limits
        if case .index = step { limits = outer.ofElements } else { limits = Limits() }
        path.steps.append(step)
        defer {
            path.steps.removeLast()
            limits = outer
        }
        return decode()
    }

    /// Decodes the current value under the constraints for elements, for types that also accept a single element.
    public func asElement<Value>(_ decode: () -> Value?) -> Value? {
        let outer = limits
        limits = outer.ofElements
        defer { limits = outer }
        return decode()
    }

    /// Returns the number if it satisfies the bounds of the field, else reports an issue and returns nil. For
    /// `Bounded` types.
    public func bounded<Value: ConfigurationValue>(_ value: Value, _ json: JSONValue) -> Value? {
        if limits.own.allSatisfy({ $0.rule?(value) ?? true }) { return value }
        mismatch(json, Value.allowed)
        return nil
    }

    /// Returns the value if there are no issues, else throws all of them.
    func finish<Value>(_ value: Value?) throws(ConfigurationError) -> Value {
        if let value, problems.isEmpty { return value }
        throw ConfigurationError(problems.inDocumentOrder())
    }
}

/// The constraints of a field, in words and as predicates on numbers.
struct Limits: Sendable {
    struct Clause: Sendable {
        /// A phrase that follows the type, such as `of at least 1`.
        var phrase: String
        /// Whether a number is allowed, or nil if the clause applies to the whole value.
        var rule: (@Sendable (any ConfigurationValue) -> Bool)?
    }

    /// The clauses on the value itself.
    var own: [Clause] = []
    /// The clauses on each element of a list.
    var each: [Clause] = []
    /// Whether the description of the value mentions its elements.
    var namesEach = true

    /// The constraints that apply to the elements.
    var ofElements: Limits { Limits(own: each, each: each, namesEach: false) }

    func applied(to allowed: String) -> String {
        let orNull = allowed.hasSuffix(" or null") ? " or null" : ""
        let each = namesEach ? Self.joined(each) : ""
        return allowed.dropLast(orNull.count) + Self.joined(own) + (each.isEmpty ? "" : ", each\(each)")
            + orNull
    }

    private static func joined(_ clauses: [Clause]) -> String {
        var text = ""
        for phrase in clauses.map(\.phrase) where !phrase.isEmpty {
            let isSeparate = text.isEmpty || phrase.hasPrefix("that ")
            text += phrase.hasPrefix(",") ? phrase : (isSeparate ? " " : " and ") + phrase
        }
        return text
    }
}
