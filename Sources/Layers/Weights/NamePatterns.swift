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

    /// Returns whether any pattern matches any of the names.
    package func matchesAny(_ names: [String]) -> Bool { names.contains(where: match) }

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

extension NamePatterns {
    /// Suggests a pattern similar to one that matches none of a model's parameters, or lists their names.
    package static func advice(on pattern: String, _ names: [String]) -> String {
        var known = names
        if pattern.contains("*") {
            for name in names {
                let words = name.split(separator: ".")
                for cut in 1..<max(words.count, 1) {
                    known.append(words[..<cut].joined(separator: ".") + ".*")
                    known.append("*." + words[cut...].joined(separator: "."))
                }
            }
        }
        if let meant = Suggestion.closest(to: pattern, among: known) { return "did you mean \"\(meant)\"?" }
        if names.isEmpty { return "the model has no parameters; remove the pattern" }
        return "the names are " + names.prefix(8).joined(separator: ", ")
            + (names.count > 8 ? " and \(names.count - 8) more" : "")
    }
}

/// Whether a name matches a pattern, in which * matches any characters.
func matches(_ pattern: String, _ name: String) -> Bool {
    let (pattern, name) = (Array(pattern.utf8), Array(name.utf8))
    let star = UInt8(ascii: "*")
    var (p, n) = (0, 0)
    // The position of the last star, and how far it extends.
    var retry: (p: Int, n: Int)?
    while n < name.count {
        if p < pattern.count, pattern[p] == star {
            retry = (p, n)
            p += 1
        } else if p < pattern.count, pattern[p] == name[n] {
            p += 1
            n += 1
        } else if let (starAt, reach) = retry {
            retry = (starAt, reach + 1)
            (p, n) = (starAt + 1, reach + 1)
        } else {
            return false
        }
    }
    return pattern[p...].allSatisfy { $0 == star }
}
