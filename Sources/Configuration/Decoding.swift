/// One decoding under way: the path to the value at hand, what is expected of it, and the problems found so far.
///
/// Types that decode themselves report to it and go on, so that every mistake of a document shows at once.
public final class Decoding {
    /// The environment that `${NAME}` in texts is looked up in; nil leaves texts as they are.
    let environment: [String: String]?
    private(set) var problems: [Problem] = []
    /// The way to the value at hand.
    public private(set) var path = JSONPath()
    /// What the field demands of the value at hand.
    var limits = Limits()

    init(environment: [String: String]? = nil) {
        self.environment = environment
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
        if case .index = step { limits = Limits(own: outer.each) } else { limits = Limits() }
        path.steps.append(step)
        defer {
            path.steps.removeLast()
            limits = outer
        }
        return decode()
    }

    /// The value where nothing was wrong with it, all problems otherwise.
    func finish<Value>(_ value: Value?) throws(ConfigurationError) -> Value {
        if let value, problems.isEmpty { return value }
        throw ConfigurationError(problems.inDocumentOrder())
    }
}

/// The constraints of a field in words.
struct Limits: Sendable {
    /// Of the value itself: `of at least 1`.
    var own = ""
    /// Of each element of a list.
    var each = ""

    func applied(to allowed: String) -> String {
        let orNull = allowed.hasSuffix(" or null") ? " or null" : ""
        let bare = String(allowed.dropLast(orNull.count))
        return bare + (own.isEmpty ? "" : " " + own) + (each.isEmpty ? "" : ", each \(each)") + orNull
    }
}
