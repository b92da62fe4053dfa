/// Options that are selected by the key "type": `{"type": "gru", "units": 128}`.
public protocol TaggedOptions: Options {
    /// The value of the key "type".
    static var type: String { get }
}

/// Options of one of several types, selected by "type". They can contain other options of the same registry at any
/// depth.
public struct Tagged<Kinds: Registry>: ConfigurationValue {
    /// The options, as the registry's common protocol.
    public var value: Kinds.Value

    /// Wraps options. `value` must be of one of the registry's types.
    public init(_ value: Kinds.Value) {
        self.value = value
    }

    /// The wrapped options.
    public var options: (any TaggedOptions)? { value as? any TaggedOptions }

    public static func decode(_ json: JSONValue, _ context: Decoding) -> Tagged? {
        guard json.members != nil else {
            context.mismatch(json, allowed, hint: json.text.map { hint($0) } ?? "")
            return nil
        }
        guard let tag = json["type"] else {
            let _: Void? = context.inside(.key("type"), at: json.place) {
                context.report(
                    "missing; expected the type of the \(Kinds.noun), one of \(listed)", at: json.place)
            }
            return nil
        }
        guard let name = tag.text, let kind = Kinds.kind(name) else {
            let _: Void? = context.inside(.key("type"), at: tag.place) {
                let meant = tag.text.flatMap {
                    Suggestion.closest(to: $0, among: Kinds.kinds.map { $0.type })
                }
                if let meant, let name = tag.text {
                    let shown = JSONValue.quoted(name.shortened(to: 60))
                    context.report(
                        "unknown \(Kinds.noun) \(shown); did you mean \(JSONValue.quoted(meant))?",
                        at: tag.place)
                } else {
                    context.mismatch(tag, "the name of \(article) \(Kinds.noun), one of \(listed)")
                }
            }
            return nil
        }
        func read<Kind: TaggedOptions>(_ kind: Kind.Type) -> Tagged? {
            guard let options = Kind.decode(json, context) else { return nil }
            guard let value = options as? Kinds.Value else {
                context.report("\(JSONValue.quoted(name)) cannot be used here", at: tag.place)
                return nil
            }
            return Tagged(value)
        }
        return read(kind)
    }

    private static func hint(_ name: String) -> String {
        let type = Suggestion.closest(to: name, among: Kinds.kinds.map { $0.type })
        return type.map { "; did you mean {\"type\": \(JSONValue.quoted($0))}?" } ?? ""
    }

    private static var article: String { Kinds.noun.first.map("aeiou".contains) == true ? "an" : "a" }

    private static var listed: String { Kinds.kinds.map { JSONValue.quoted($0.type) }.choice }

    public func encode() -> JSONValue { options?.encode() ?? JSONValue(.null) }

    public static func schema(_ book: SchemaBook) -> JSONValue {
        book.reference(to: Kinds.self, named: Kinds.noun) { book in
            var form: JSONValue = ["type": "object", "required": ["type"]]
            let kinds = Kinds.kinds
            form["properties"] = [
                "type": [
                    "description": "The type of the \(Kinds.noun).",
                    "enum": JSONValue(.list(kinds.map { JSONValue(.text($0.type)) })),
                    "enumDescriptions": JSONValue(.list(kinds.map { JSONValue(.text($0.summary)) })),
                ]
            ]
            form["allOf"] = JSONValue(
                .list(
                    kinds.map { kind in
                        [
                            "if": [
                                "properties": ["type": ["const": JSONValue(.text(kind.type))]],
                                "required": ["type"],
                            ],
                            "then": kind.schema(book),
                        ]
                    }))
            return form
        }
    }

    public static var allowed: String {
        let example = Kinds.kinds.first.map { " such as {\"type\": \(JSONValue.quoted($0.type))}" } ?? ""
        return "\(article) \(Kinds.noun)\(example)"
    }

    public static var allowedMany: String { "\(Kinds.noun)s" }
    public static func resembles(_ json: JSONValue) -> Bool { json.members != nil }
}
