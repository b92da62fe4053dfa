import Autograd
import Configuration

/// The number of units in a config: an integer, or `"classes"` for the number of classes in the data.
///
/// `LayerSpec.resolvingUnits(classes:)` replaces the word by the number before a layer is created.
public enum Units: Equatable, Hashable, Sendable, ExpressibleByIntegerLiteral {
    /// A fixed number.
    case number(Int)
    /// The number of classes.
    case classes

    /// The word for `classes` in a config.
    static let word = "classes"

    /// A fixed number.
    public init(integerLiteral value: Int) { self = .number(value) }

    /// The number, which is known once `plan` has accepted the options.
    public var value: Int {
        switch self {
        case .number(let number): return number
        case .classes: fail("units: \"\(Self.word)\" before the number of classes is known")
        }
    }

    /// Returns the number. Throws if it depends on the unknown number of classes.
    func known(_ type: String) throws(ShapeProblem) -> Int {
        switch self {
        case .number(let number): return number
        case .classes:
            throw ShapeProblem(
                "\(type) has \"units\": \"\(Self.word)\", but the number of classes is not known here; "
                    + "give a number instead")
        }
    }
}

extension Units: ConfigurationValue {
    public static func decode(_ json: JSONValue, _ context: Decoding) -> Units? {
        if json.text == word { return .classes }
        if let text = json.text, Double(text) == nil {
            context.mismatch(
                json, allowed,
                hint: Suggestion.closest(to: text, among: [word]).map { "; did you mean \"\($0)\"?" } ?? "")
            return nil
        }
        return Int.decode(json, context).map { .number($0) }
    }

    public func encode() -> JSONValue {
        switch self {
        case .number(let number): number.encode()
        case .classes: JSONValue(.text(Self.word))
        }
    }

    public static func schema(_ book: SchemaBook) -> JSONValue {
        ["anyOf": [Int.schema(book), ["enum": [JSONValue(.text(word))]]]]
    }

    public static var allowed: String { "\"\(word)\" or an integer" }
    public static func resembles(_ json: JSONValue) -> Bool { json.integer != nil || json.text != nil }
}

// Bounds apply to numbers only.
extension Units: Bounded {
    public typealias Bound = Int
    public static var boundsElements: Bool { false }
}

extension LayerSpec {
    /// Whether this layer or a sublayer has `"units": "classes"`.
    public var needsClasses: Bool { encode().needsClasses }

    /// Returns the layer with the number of classes in place of every `"units": "classes"`, in sublayers too. Throws if a
    /// sublayer is not a registered layer.
    public func resolvingUnits(classes: Int) throws(ConfigurationError) -> any LayerSpec {
        let json = encode()
        return json.needsClasses ? try Model.spec(json.resolvingUnits(classes)) : self
    }
}

extension JSONValue {
    private static func needsClasses(_ member: JSONMember) -> Bool {
        member.key == "units" && member.value.text == Units.word
    }

    fileprivate var needsClasses: Bool {
        if let members { return members.contains { Self.needsClasses($0) || $0.value.needsClasses } }
        return elements?.contains { $0.needsClasses } ?? false
    }

    fileprivate func resolvingUnits(_ classes: Int) -> JSONValue {
        var result = self
        switch content {
        case .object(var members):
            for index in members.indices {
                members[index].value =
                    Self.needsClasses(members[index])
                    ? JSONValue(.integer(classes), at: members[index].value.place)
                    : members[index].value.resolvingUnits(classes)
            }
            result.content = .object(members)
        case .list(let elements): result.content = .list(elements.map { $0.resolvingUnits(classes) })
        default: break
        }
        return result
    }
}
