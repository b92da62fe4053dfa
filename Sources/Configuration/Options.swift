/// Something that a configuration describes by an object. One list of fields gives decoder, encoder, schema,
/// defaults and help; see the README of this module for an example.
public protocol Options: ConfigurationValue {
    /// The defaults.
    init()
    /// The keys, in the order in which they are written.
    static var fields: [Field<Self>] { get }
    /// What this describes, in a sentence. Empty unless given.
    static var summary: String { get }
    /// Rules that tie several keys together; asked once every key by itself is right. None unless given.
    var complaints: [Complaint] { get }
}

/// What is wrong with options as a whole, said of one of their keys or of all.
public struct Complaint: Sendable {
    /// The way to what is to be changed, as far as the document has it; empty for the options as a whole.
    public var path: JSONPath
    /// What is wrong, and what was found.
    public var message: String

    /// A complaint about a key, or about all of them.
    public init(_ key: String? = nil, _ message: String) {
        self.init(at: key.map { [.key($0)] } ?? [], message)
    }

    /// A complaint about something deeper down: `at: [.key("groups"), .index(2)]`.
    public init(at steps: [JSONPath.Step], _ message: String) {
        path = JSONPath(steps)
        self.message = message
    }

    /// The key that is to be changed; nil for all of them.
    public var key: String? { if case .key(let key) = path.steps.first { key } else { nil } }
}

extension Options {
    public static var summary: String { "" }
    public var complaints: [Complaint] { [] }

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
                    context.report("missing; it has to be \(field.allowed)", at: json.place)
                }
            }
        }
        guard context.problems.count == before else { return nil }
        for complaint in result.complaints {
            report(complaint.message, complaint.path.steps[...], json, context)
        }
        return context.problems.count == before ? result : nil
    }

    /// Reports at the end of a path, or at the last place before it that the document has.
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

    /// Reports keys that are no field's. A key that begins with two slashes is a remark.
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
                advice = "there are no keys here"
            } else {
                advice = "the keys here are \(known.joined(separator: ", "))"
            }
            let _: Void? = context.inside(.key(member.key), at: member.place) {
                context.report("unknown key; \(advice)", at: member.place)
            }
        }
    }

    /// Writes every key, defaults too, in the order of the fields; the type first where there is one.
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
    /// The value of the key "type", for types that have one.
    static var tag: String? { (Self.self as? any TaggedOptions.Type)?.type }
}

extension Options {
    /// Reads the options from a document. Throws every problem at once.
    ///
    /// - Parameters:
    ///   - environment: Where given, `${NAME}` in texts is replaced from it; `$${` stands for `${` itself.
    ///   - keepsUnset: Leaves `${NAME}` as it is where the environment has no such name, which otherwise is a mistake.
    public static func decode(
        _ json: JSONValue, environment: [String: String]? = nil, keepsUnset: Bool = false
    ) throws(ConfigurationError) -> Self {
        var json = json
        if json["$schema"] != nil { json["$schema"] = nil }
        let context = Decoding(environment: environment, keepsUnset: keepsUnset)
        return try context.finish(decode(json, context))
    }

    /// Reads the options from JSON text; `source` is the file that messages name.
    public static func decode(
        text: String, source: String = "", environment: [String: String]? = nil
    ) throws(ConfigurationError) -> Self {
        try decode(JSONValue.parse(text, source: source), environment: environment)
    }

    /// The options as JSON laid out for people, every default written out.
    public var json: String { encode().pretty() }
}
