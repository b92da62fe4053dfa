import Configuration

/// Patterns of parameter names, in which * matches any characters: one pattern, or a list of them.
public struct NamePatterns: ConfigurationValue, ExpressibleByArrayLiteral, Equatable {
    /// The patterns.
    public var list: [String]
    /// Whether the config has a single pattern instead of a list.
    private var isSingle = false

    /// Creates a list of patterns.
    public init(_ list: [String]) { self.list = list }

    /// Creates a list of patterns.
    public init(arrayLiteral patterns: String...) { list = patterns }

    /// Returns whether any pattern matches a name.
    public func match(_ name: String) -> Bool { list.contains { matches($0, name) } }

    public static func decode(_ json: JSONValue, _ context: Decoding) -> NamePatterns? {
        guard json.text == nil else {
            guard let pattern = String.decode(json, context) else { return nil }
            var patterns = NamePatterns([pattern])
            patterns.isSingle = true
            return patterns
        }
        guard json.elements != nil else {
            context.mismatch(json, allowed)
            return nil
        }
        return [String].decode(json, context).map { NamePatterns($0) }
    }

    public func encode() -> JSONValue {
        isSingle && list.count == 1 ? list[0].encode() : list.encode()
    }

    public static func schema(_ book: SchemaBook) -> JSONValue {
        ["anyOf": [String.schema(book), [String].schema(book)]]
    }

    public static var allowed: String { "a pattern of names or a list of them" }
    public static func resembles(_ json: JSONValue) -> Bool {
        String.resembles(json) || [String].resembles(json)
    }

    /// The same patterns are equal, whether written as a list or not.
    public static func == (a: NamePatterns, b: NamePatterns) -> Bool { a.list == b.list }
}
