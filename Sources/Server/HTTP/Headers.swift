/// The header fields of a message in their order. Names are compared without regard to case.
public struct Headers: Sendable, Equatable, Sequence, ExpressibleByDictionaryLiteral {
    /// A header field.
    public struct Field: Sendable, Equatable {
        /// The name as it was written.
        public let name: String
        /// The value without surrounding spaces.
        public let value: String
    }

    private var fields: [Field] = []

    /// Creates headers from names and values.
    public init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { Field(name: $0, value: $1) }
    }

    /// The number of fields.
    public var count: Int { fields.count }

    /// The first value of a field, or nil. Setting a value replaces all fields of that name; nil removes them.
    public subscript(name: String) -> String? {
        get {
            for field in fields where Self.isEqual(field.name, name) { return field.value }
            return nil
        }
        set {
            fields.removeAll { Self.isEqual($0.name, name) }
            if let newValue { add(name, newValue) }
        }
    }

    /// Appends a field.
    public mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// Returns all values of a field in their order.
    public func values(_ name: String) -> [String] {
        fields.lazy.filter { Self.isEqual($0.name, name) }.map(\.value)
    }

    /// Returns the elements of a field whose value is a comma-separated list, in lower case and without empty ones.
    public func list(_ name: String) -> [String] {
        values(name).flatMap { $0.split(separator: ",") }
            .map { $0.trimmingBlanks().lowercased() }.filter { !$0.isEmpty }
    }

    /// Returns an iterator over the fields.
    public func makeIterator() -> IndexingIterator<[Field]> { fields.makeIterator() }

    /// Whether two names are equal without regard to the case of ASCII letters.
    static func isEqual(_ a: String, _ b: String) -> Bool {
        let (a, b) = (a.utf8, b.utf8)
        return a.count == b.count
            && a.elementsEqual(b) { Characters.lowercased($0) == Characters.lowercased($1) }
    }
}

extension StringProtocol {
    /// The text without spaces and tabs at its ends.
    func trimmingBlanks() -> String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) })
        else {
            return ""
        }
        return String(self[first...last])
    }
}
