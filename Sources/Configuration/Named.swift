/// An object with arbitrary keys, in document order: `{"encoder": ..., "head": ...}`.
public struct Named<Value: ConfigurationValue>: ConfigurationValue {
    /// An entry.
    public struct Entry: Sendable {
        /// The key.
        public var name: String
        /// The value.
        public var value: Value

        /// Creates an entry.
        public init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }

    /// The entries in document order.
    public var entries: [Entry]

    /// Creates a list of entries in the given order. Names should be unique.
    public init(_ entries: [Entry] = []) {
        self.entries = entries
    }

    /// Returns the value for a name, or nil if there is none.
    public subscript(name: String) -> Value? { entries.first { $0.name == name }?.value }

    public static func decode(_ json: JSONValue, _ context: Decoding) -> Named? {
        guard let members = json.members else {
            context.mismatch(json, allowed)
            return nil
        }
        let entries = members.map { member in
            context.inside(.key(member.key), at: member.value.place) {
                Value.decode(member.value, context).map { Entry(member.key, $0) }
            }
        }
        let good = entries.compactMap { $0 }
        return good.count == entries.count ? Named(good) : nil
    }

    public func encode() -> JSONValue {
        JSONValue(.object(entries.map { JSONMember($0.name, $0.value.encode()) }))
    }

    public static func schema(_ book: SchemaBook) -> JSONValue {
        ["type": "object", "additionalProperties": Value.schema(book)]
    }

    public static var allowed: String { "an object of named \(Value.allowedMany)" }
    public static func resembles(_ json: JSONValue) -> Bool { json.members != nil }
}
