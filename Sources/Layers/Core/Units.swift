import Autograd
import Configuration

/// The number of units in a config: an integer, `"classes"` or `"targets"` for the number of outputs that the data need, or
/// `"targets:NAME"` for the outputs of one target.
///
/// `LayerSpec.resolvingUnits(classes:)` replaces the word by the number before a layer is created.
public enum Units: Equatable, Hashable, Sendable, ExpressibleByIntegerLiteral {
    /// A fixed number.
    case number(Int)
    /// The number of classes.
    case classes
    /// The number of outputs of all targets, or of the target with a name.
    case targets(String?)

    /// The word for `classes` in a config.
    static let word = "classes"
    /// The word for `targets` in a config, and what stands before a name.
    static let targetsWord = "targets", targetPrefix = "targets:"

    /// The word in a config; nil for a number.
    var word: String? {
        switch self {
        case .number: nil
        case .classes: Self.word
        case .targets(let name): name.map { Self.targetPrefix + $0 } ?? Self.targetsWord
        }
    }

    /// A fixed number.
    public init(integerLiteral value: Int) { self = .number(value) }

    /// The number, which is known once `plan` has accepted the options.
    public var value: Int {
        switch self {
        case .number(let number): return number
        default: fail("units: \"\(word ?? "")\" before the number of classes is known")
        }
    }

    /// Returns the number. Throws if it depends on the unknown number of classes.
    func known(_ type: String) throws(LayerError) -> Int {
        switch self {
        case .number(let number): return number
        default:
            throw LayerError(
                "\(type) has \"units\": \"\(word ?? "")\", but the number of classes is not known here; "
                    + "give a number instead")
        }
    }
}

extension Units: ConfigurationValue {
    public static func decode(_ json: JSONValue, _ context: Decoding) -> Units? {
        if json.text == word { return .classes }
        if json.text == targetsWord { return .targets(nil) }
        if let text = json.text, text.hasPrefix(targetPrefix), text != targetPrefix {
            return .targets(String(text.dropFirst(targetPrefix.count)))
        }
        if let text = json.text, Double(text) == nil {
            context.mismatch(
                json, allowed,
                hint: Suggestion.closest(to: text, among: [word, targetsWord]).map {
                    "; did you mean \"\($0)\"?"
                } ?? "")
            return nil
        }
        return Int.decode(json, context).map { .number($0) }
    }

    public func encode() -> JSONValue {
        switch self {
        case .number(let number): number.encode()
        default: JSONValue(.text(word ?? ""))
        }
    }

    public static func schema(_ book: SchemaBook) -> JSONValue {
        [
            "anyOf": [
                Int.schema(book), ["enum": [JSONValue(.text(word)), JSONValue(.text(targetsWord))]],
                ["type": "string", "pattern": JSONValue(.text("^\(targetPrefix).+"))],
            ]
        ]
    }

    public static var allowed: String { "\"\(word)\", \"\(targetsWord)\" or an integer" }
    public static func resembles(_ json: JSONValue) -> Bool { json.integer != nil || json.text != nil }
}

// Bounds apply to numbers only.
extension Units: Bounded {
    public typealias Bound = Int
    public static var boundsElements: Bool { false }
}

extension LayerSpec {
    /// Whether this layer or a sublayer has `"units": "classes"` or `"targets"`.
    public var needsClasses: Bool { encode().needsClasses }

    /// Returns the layer with the number of classes in place of every `"units": "classes"`, in sublayers too. Throws if a
    /// sublayer is not a registered layer, or if a target has no number of outputs.
    ///
    /// - Parameter targets: The number of outputs of each target, for `"units": "targets:NAME"`.
    public func resolvingUnits(
        classes: Int, targets: [String: Int] = [:]
    ) throws(ConfigurationError) -> any LayerSpec {
        let json = encode()
        return json.needsClasses ? try Model.spec(json.resolvingUnits(classes, targets)) : self
    }
}

extension JSONValue {
    private static func needsClasses(_ member: JSONMember) -> Bool {
        guard member.key == "units", let text = member.value.text else { return false }
        return text == Units.word || text == Units.targetsWord || text.hasPrefix(Units.targetPrefix)
    }

    fileprivate var needsClasses: Bool {
        if let members { return members.contains { Self.needsClasses($0) || $0.value.needsClasses } }
        return elements?.contains { $0.needsClasses } ?? false
    }

    fileprivate func resolvingUnits(
        _ classes: Int, _ targets: [String: Int]
    ) throws(ConfigurationError) -> JSONValue {
        var result = self
        switch content {
        case .object(var members):
            let isBinary = self["type"]?.text == MultiOutput.Spec.type
            for index in members.indices {
                // Each output of multi_output has a classifier of two classes.
                let classes = isBinary && members[index].key == "estimator" ? 2 : classes
                members[index].value =
                    Self.needsClasses(members[index])
                    ? JSONValue(
                        .integer(try members[index].value.units(classes, targets)),
                        at: members[index].value.place)
                    : try members[index].value.resolvingUnits(classes, targets)
            }
            result.content = .object(members)
        case .list(let elements):
            var resolved: [JSONValue] = []
            for element in elements { resolved.append(try element.resolvingUnits(classes, targets)) }
            result.content = .list(resolved)
        default: break
        }
        return result
    }

    private func units(_ classes: Int, _ targets: [String: Int]) throws(ConfigurationError) -> Int {
        guard let text, text.hasPrefix(Units.targetPrefix) else { return classes }
        let name = String(text.dropFirst(Units.targetPrefix.count))
        guard let count = targets[name] else {
            let known = targets.keys.sorted().map { "\"\(Units.targetPrefix)\($0)\"" }
            throw ConfigurationError(
                place: place, path: JSONPath([.key("units")]),
                "\"\(text)\" names no target; expected "
                    + (known.isEmpty ? "targets in the config" : known.joined(separator: ", ")))
        }
        return count
    }
}
