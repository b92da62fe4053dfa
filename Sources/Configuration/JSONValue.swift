/// A JSON value that knows where it was written. Keys keep their order, whole numbers are exact.
public struct JSONValue: Sendable {
    /// What the value is.
    public enum Content: Sendable {
        case null
        case bool(Bool)
        /// A number written without fraction and exponent that fits in an `Int`.
        case integer(Int)
        /// Any other number.
        case number(Double)
        case text(String)
        case list([JSONValue])
        case object([JSONMember])
    }

    /// What the value is.
    public var content: Content
    /// Where it begins.
    public var place: Place

    /// A value that a program made, or that stands at a place.
    public init(_ content: Content, at place: Place = .nowhere) {
        self.content = content
        self.place = place
    }

    /// The value `null`. There is no nil literal for it: `json["key"] == nil` asks whether the key is missing.
    public static let null = JSONValue(.null)

    /// How many lists and objects may stand inside each other. Parser, decoder and overrides keep to it.
    public static let depthLimit = 100
}

/// A key of an object, with its value.
public struct JSONMember: Sendable {
    /// The name of the member.
    public var key: String
    /// Where the key stands.
    public var place: Place
    /// What stands under it.
    public var value: JSONValue

    /// A key with its value.
    public init(_ key: String, _ value: JSONValue, at place: Place = .nowhere) {
        self.key = key
        self.place = place
        self.value = value
    }
}

extension JSONValue {
    /// The members of an object, nil for anything else.
    public var members: [JSONMember]? {
        if case .object(let members) = content { members } else { nil }
    }

    /// The elements of a list, nil for anything else.
    public var elements: [JSONValue]? {
        if case .list(let elements) = content { elements } else { nil }
    }

    /// The text of a text value, nil for anything else.
    public var text: String? {
        if case .text(let text) = content { text } else { nil }
    }

    /// Whether it is true, nil for anything but true and false.
    public var bool: Bool? {
        if case .bool(let value) = content { value } else { nil }
    }

    /// The number as Double, nil for anything else.
    public var double: Double? {
        switch content {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The number where it is whole and fits, nil for anything else.
    public var integer: Int? {
        switch content {
        case .integer(let value): value
        case .number(let value): Int(exactly: value)
        default: nil
        }
    }

    /// Whether the value is `null`.
    public var isNull: Bool {
        if case .null = content { true } else { false }
    }

    /// The value of a key of an object; nil where there is none. Setting adds, replaces or (nil) removes it.
    public subscript(key: String) -> JSONValue? {
        get { members?.first { $0.key == key }?.value }
        set {
            var all = members ?? []
            let index = all.firstIndex { $0.key == key }
            switch (index, newValue) {
            case (let index?, let value?): all[index].value = value
            case (let index?, nil): all.remove(at: index)
            case (nil, let value?): all.append(JSONMember(key, value))
            case (nil, nil): return
            }
            content = .object(all)
        }
    }
}

extension JSONValue {
    /// The value at a path; nil where it leads nowhere. Keys made of digits serve as indices of lists.
    public subscript(path: JSONPath) -> JSONValue? {
        let (value, isWhole) = follow(path)
        return isWhole ? value : nil
    }

    /// Where the value at a path stands; where there is none, the place of the last value on the way to it. For what is found
    /// wrong after decoding, such as shapes that do not fit.
    public func place(of path: JSONPath) -> Place { follow(path).value.place }

    private func follow(_ path: JSONPath) -> (value: JSONValue, isWhole: Bool) {
        var value = self
        for step in path.steps {
            let next: JSONValue?
            switch step {
            case .index(let index): next = value.element(index)
            case .key(let key):
                next = value.elements == nil ? value[key] : Int(key).flatMap { value.element($0) }
            }
            guard let next else { return (value, false) }
            value = next
        }
        return (value, true)
    }

    private func element(_ index: Int) -> JSONValue? {
        guard let elements, elements.indices.contains(index) else { return nil }
        return elements[index]
    }
}

/// Equal contents, wherever they were written; the order of keys counts.
extension JSONValue: Equatable {
    /// Compares contents without their places in a document; 1 and 1.0 are different.
    public static func == (a: JSONValue, b: JSONValue) -> Bool {
        switch (a.content, b.content) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.integer(let a), .integer(let b)): a == b
        case (.number(let a), .number(let b)): a == b
        case (.text(let a), .text(let b)): a == b
        case (.list(let a), .list(let b)): a == b
        case (.object(let a), .object(let b)):
            a.elementsEqual(b) { $0.key == $1.key && $0.value == $1.value }
        default: false
        }
    }
}

extension JSONValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    /// `true` in code is JSON's true.
    public init(booleanLiteral value: Bool) { self.init(.bool(value)) }
    /// A whole number without a place in a document.
    public init(integerLiteral value: Int) { self.init(.integer(value)) }
    /// A number without a place in a document; NaN and infinity are written as null.
    public init(floatLiteral value: Double) { self.init(.number(value)) }
    /// A text without a place in a document.
    public init(stringLiteral value: String) { self.init(.text(value)) }
    /// A list without a place in a document.
    public init(arrayLiteral elements: JSONValue...) { self.init(.list(elements)) }
    /// An object without a place in a document, its keys in the order given.
    public init(dictionaryLiteral members: (String, JSONValue)...) {
        self.init(.object(members.map { JSONMember($0, $1) }))
    }
}
