/// A JSON value with its source location. The order of keys is preserved, and integers are exact.
public struct JSONValue: Sendable {
    /// The content of a value.
    public enum Content: Sendable {
        case null
        case bool(Bool)
        /// A number without fraction or exponent that fits in an `Int`.
        case integer(Int)
        /// Any other number.
        case number(Double)
        case text(String)
        case list([JSONValue])
        case object([JSONMember])
    }

    /// The content of the value.
    public var content: Content
    /// The location of its first character.
    public var place: Location

    /// Creates a value, optionally with a source location.
    public init(_ content: Content, at place: Location = .nowhere) {
        self.content = content
        self.place = place
    }

    /// The value `null`. There is no nil literal for it, because `json["key"] == nil` tests whether the key is
    /// missing.
    public static let null = JSONValue(.null)

    /// The maximum nesting depth of lists and objects, enforced by the parser, the decoder and overrides.
    public static let depthLimit = 100
}

/// A member of an object: a key with its value.
public struct JSONMember: Sendable {
    /// The key.
    public var key: String
    /// The location of the key.
    public var place: Location
    /// The value.
    public var value: JSONValue

    /// Creates a member.
    public init(_ key: String, _ value: JSONValue, at place: Location = .nowhere) {
        self.key = key
        self.place = place
        self.value = value
    }
}

extension JSONValue {
    /// The members of an object, or nil for other values.
    public var members: [JSONMember]? {
        if case .object(let members) = content { members } else { nil }
    }

    /// The elements of a list, or nil for other values.
    public var elements: [JSONValue]? {
        if case .list(let elements) = content { elements } else { nil }
    }

    /// The string, or nil for other values.
    public var text: String? {
        if case .text(let text) = content { text } else { nil }
    }

    /// The Boolean, or nil for other values.
    public var bool: Bool? {
        if case .bool(let value) = content { value } else { nil }
    }

    /// The number as a Double, or nil for other values.
    public var double: Double? {
        switch content {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The number as an Int, or nil if it is not an integer or does not fit.
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

    /// The value for a key of an object, or nil if there is none. Assignment adds, replaces or (with nil) removes
    /// the key.
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
    /// Returns the value at a path, or nil if it does not exist. Keys that consist of digits are used as indices of
    /// lists.
    public subscript(path: JSONPath) -> JSONValue? {
        let (value, isWhole) = follow(path)
        return isWhole ? value : nil
    }

    /// Returns the location of the value at a path. If there is no such value, returns the location of the last
    /// existing value along the path. Used for issues found after decoding, such as mismatched shapes.
    public func place(of path: JSONPath) -> Location { follow(path).value.place }

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

/// Values are equal if their contents are, regardless of their locations. The order of keys matters.
extension JSONValue: Equatable {
    /// Compares the contents and ignores the locations. 1 and 1.0 are different.
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
    /// A JSON Boolean from a literal.
    public init(booleanLiteral value: Bool) { self.init(.bool(value)) }
    /// An integer without a location.
    public init(integerLiteral value: Int) { self.init(.integer(value)) }
    /// A number without a location. NaN and infinity are written as null.
    public init(floatLiteral value: Double) { self.init(.number(value)) }
    /// A string without a location.
    public init(stringLiteral value: String) { self.init(.text(value)) }
    /// A list without a location.
    public init(arrayLiteral elements: JSONValue...) { self.init(.list(elements)) }
    /// An object without a location, with its keys in the given order.
    public init(dictionaryLiteral members: (String, JSONValue)...) {
        self.init(.object(members.map { JSONMember($0, $1) }))
    }
}
