/// One decoding under way: the path to the value at hand, what is expected of it, and the problems found so far.
///
/// Types that decode themselves report to it and go on, so that every mistake of a document shows at once.
public final class Decoding {
    /// The environment that `${NAME}` in texts is looked up in; nil leaves texts as they are.
    let environment: [String: String]?
    /// Whether `${NAME}` stays as it is where the environment has no such name.
    let keepsUnset: Bool
    private(set) var problems: [Problem] = []
    /// The way to the value at hand.
    public private(set) var path = JSONPath()
    /// What the field demands of the value at hand.
    var limits = Limits()

    init(environment: [String: String]? = nil, keepsUnset: Bool = false) {
        self.environment = environment
        self.keepsUnset = keepsUnset
    }

    /// Notes a problem with the value at hand.
    public func report(_ message: String, at place: Place) {
        problems.append(Problem(place: place, path: path, message: message))
    }

    /// Notes that a value is not what is allowed: `expected a whole number above 0, found 12.5`.
    public func mismatch(_ json: JSONValue, _ allowed: String, hint: String = "") {
        report("expected \(limits.applied(to: allowed)), found \(json.shown)\(hint)", at: json.place)
    }

    /// Decodes a part of the value at hand, one step further down. Returns nil, with a problem, where that is too deep.
    public func inside<Value>(_ step: JSONPath.Step, at place: Place, _ decode: () -> Value?) -> Value? {
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

    /// Decodes the value at hand by the rules for elements, for types that also take one element bare.
    public func asElement<Value>(_ decode: () -> Value?) -> Value? {
        let outer = limits
        limits = outer.ofElements
        defer { limits = outer }
        return decode()
    }

    /// The number where the bounds of the field allow it; nil, with a problem, otherwise. For types that are `Bounded`.
    public func bounded<Value: ConfigurationValue>(_ value: Value, _ json: JSONValue) -> Value? {
        if limits.own.allSatisfy({ $0.rule?(value) ?? true }) { return value }
        mismatch(json, Value.allowed)
        return nil
    }

    /// The value where nothing was wrong with it, all problems otherwise.
    func finish<Value>(_ value: Value?) throws(ConfigurationError) -> Value {
        if let value, problems.isEmpty { return value }
        throw ConfigurationError(problems.inDocumentOrder())
    }
}

/// The constraints of a field, in words and as rules for the numbers in it.
struct Limits: Sendable {
    struct Clause: Sendable {
        /// In words that follow the type: `of at least 1`.
        var phrase: String
        /// Whether a number is allowed; nil where the field asks about its whole value.
        var rule: (@Sendable (any ConfigurationValue) -> Bool)?
    }

    /// Of the value itself.
    var own: [Clause] = []
    /// Of each element of a list.
    var each: [Clause] = []
    /// Whether words about the value mention its elements.
    var namesEach = true

    /// What holds for the elements.
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
