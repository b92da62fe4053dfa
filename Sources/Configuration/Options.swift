/// A type that a configuration describes as a JSON object. A single list of fields provides the decoder, encoder,
/// schema, defaults and help. See the README of this module for an example.
public protocol Options: ConfigurationValue {
    /// Creates options with default values.
    init()
    /// The keys, in the order in which they are written.
    static var fields: [Field<Self>] { get }
    /// A description in one sentence. Empty by default.
    static var summary: String { get }
    /// Rules that involve several keys, checked after every single key is valid. None by default.
    var validationIssues: [ValidationIssue] { get }
}

/// A violated rule that concerns several keys or the options as a whole.
public struct ValidationIssue: Sendable {
    /// The path of the value to change, as far as the document contains it. Empty for the options as a whole.
    public var path: JSONPath
    /// What is wrong and what was found.
    public var message: String

    /// Creates an issue with a key, or with the options as a whole.
    public init(_ key: String? = nil, _ message: String) {
        self.init(at: key.map { [.key($0)] } ?? [], message)
    }

    /// Creates an issue with a nested value: `at: [.key("groups"), .index(2)]`.
    public init(at steps: [JSONPath.Step], _ message: String) {
        path = JSONPath(steps)
        self.message = message
    }

    /// The key to change, or nil for the options as a whole.
    public var key: String? { if case .key(let key) = path.steps.first { key } else { nil } }
}

extension Options {
    public static var summary: String { "" }
    public var validationIssues: [ValidationIssue] { [] }

    public static func decode(_ json: JSONValue, _ context: Decoding) -> Self? {
        decode(json, context, over: Self())
    }

    public static func decode(_ json: JSONValue, _ context: Decoding, over base: Self) -> Self? {
        guard let members = json.members else {
            context.mismatch(json, allowed)
            return nil
        }
        let fields = fields
        let before = context.problems.count
        reportStrangers(members, fields, context)
        var result = base
        for field in fields {
            if let member = members.first(where: { $0.key == field.name }) {
                let _: Void? = context.inside(.key(field.name), at: member.value.place) {
                    field.decode(member.value, context, &result)
                }
            } else if field.isRequired {
                let _: Void? = context.inside(.key(field.name), at: json.place) {
                    context.report("missing; expected \(field.allowed)", at: json.place)
                }
            }
        }
        guard context.problems.count == before else { return nil }
        for complaint in result.validationIssues {
            report(complaint.message, complaint.path.steps[...], json, context)
        }
        return context.problems.count == before ? result : nil
    }

    /// Reports an issue at the end of a path, or at the last existing location along it.
    private static func report(
        _ message: String, _ steps: ArraySlice<JSONPath.Step>, _ json: JSONValue, _ context: Decoding
    ) {
        guard let step = steps.first else { return context.report(message, at: json.place) }
        let next: JSONValue? =
            switch step {
            case .key(let key): json[key]
            case .index(let index):
                json.elements.flatMap { $0.indices.contains(index) ? $0[index] : nil }
            }
        let _: Void? = context.inside(step, at: json.place) {
            report(message, steps.dropFirst(), next ?? JSONValue(.null, at: json.place), context)
        }
    }

    /// Reports unknown keys. A key that starts with two slashes is a comment.
    private static func reportStrangers(_ members: [JSONMember], _ fields: [Field<Self>], _ context: Decoding)
    {
        let known = fields.map(\.name)
        let absent = known.filter { name in !members.contains { $0.key == name } }
        for member in members where !known.contains(member.key) && !member.key.hasPrefix("//") {
            if let type = tag, member.key == "type" {
                if member.value.text != type {
                    let _: Void? = context.inside(.key("type"), at: member.value.place) {
                        context.mismatch(member.value, JSONValue.quoted(type))
                    }
                }
                continue
            }
            let meant =
                Suggestion.closest(to: member.key, among: absent)
                ?? Suggestion.closest(to: member.key, among: known)
            let home = fields.first { $0.nested?.names.contains(member.key) == true }?.name
            let advice: String
            if let meant {
                advice = "did you mean \(JSONValue.quoted(meant))?"
            } else if let home {
                advice = "it belongs in \(JSONValue.quoted(home))"
            } else if known.isEmpty {
                advice = "no keys are allowed here"
            } else {
                advice = "allowed keys: \(known.joined(separator: ", "))"
            }
            let _: Void? = context.inside(.key(member.key), at: member.place) {
                context.report("unknown key; \(advice)", at: member.place)
            }
        }
    }

    /// Encodes every key including defaults, in the order of the fields, with the type first.
    public func encode() -> JSONValue {
        let type = Self.tag.map { [JSONMember("type", JSONValue(.text($0)))] } ?? []
        return JSONValue(.object(type + Self.fields.map { JSONMember($0.name, $0.encode(self)) }))
    }

    public static var allowed: String {
        let names = names
        if names.isEmpty { return "an object" }
        return
            "an object with \(names.count == 1 ? "the key" : "keys such as") \(names.prefix(4).joined(separator: ", "))"
    }

    public static var allowedMany: String { "objects" }
    public static func resembles(_ json: JSONValue) -> Bool { json.members != nil }

    /// The names of the fields.
    static var names: [String] { fields.map(\.name) }
    /// The value of the key "type" of tagged types.
    static var tag: String? { (Self.self as? any TaggedOptions.Type)?.type }
}

extension Options {
    /// Decodes the options from a document. Throws all issues at once.
    ///
    /// - Parameters:
    ///   - json: The document.
    ///   - environment: If given, `${NAME}` in strings is replaced from it. `$${` is a literal `${`.
    ///   - keepsUnset: Whether `${NAME}` is kept if the variable is not set. Otherwise this is an error.
    public static func decode(
        _ json: JSONValue, environment: [String: String]? = nil, keepsUnset: Bool = false
    ) throws(ConfigurationError) -> Self {
        var json = json
        if json["$schema"] != nil { json["$schema"] = nil }
        let context = Decoding(environment: environment, keepsUnset: keepsUnset)
        return try context.finish(decode(json, context))
    }

    /// Decodes the options from JSON text. `source` is the file name for error messages.
    public static func decode(
        text: String, source: String = "", environment: [String: String]? = nil
    ) throws(ConfigurationError) -> Self {
        try decode(JSONValue.parse(text, source: source), environment: environment)
    }

    /// The options as pretty-printed JSON, including all defaults.
    public var json: String { encode().pretty() }
}
