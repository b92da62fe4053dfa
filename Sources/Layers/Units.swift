import Autograd
import Configuration

/// The size of a layer as a config gives it: a number, or `"classes"` for as many as the data have classes.
///
/// A layer is made from a number only: `LayerSpec.resolvingUnits(classes:)` puts it in the place of the word.
public enum Units: Equatable, Hashable, Sendable, ExpressibleByIntegerLiteral {
    /// So many.
    case number(Int)
    /// As many as there are classes.
    case classes

    /// How a config writes `classes`.
    static let word = "classes"

    /// So many.
    public init(integerLiteral value: Int) { self = .number(value) }

    /// The number. Layers ask for it once `plan` has accepted their options.
    public var value: Int {
        switch self {
        case .number(let number): return number
        case .classes: fail("units: \"\(Self.word)\" before the number of classes is known")
        }
    }

    /// The number. Throws where only the number of classes would tell.
    func known(_ type: String) throws(ShapeProblem) -> Int {
        switch self {
        case .number(let number): return number
        case .classes:
            throw ShapeProblem(
                "\(type) has \"units\": \"\(Self.word)\", and the number of classes is not known here; "
                    + "write the number instead")
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

    public static var allowed: String { "\"\(word)\" or a whole number" }
    public static func resembles(_ json: JSONValue) -> Bool { json.integer != nil || json.text != nil }
}

/// Bounded where it is a number.
extension Units: Bounded {
    public typealias Bound = Int
    public static var boundsElements: Bool { false }
}

extension LayerSpec {
    /// Whether a size in this layer, or in one inside it, is `"classes"`.
    public var needsClasses: Bool { encode().needsClasses }

    /// The same layer with the number of classes in the place of every `"units": "classes"`, inside it too. Throws
    /// where a layer inside is none that a config may name.
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
