/// A key of an `Options` type: its name, the property that stores its value, its description and its constraints.
public struct Field<Owner: Options>: Sendable {
    /// The key.
    public let name: String
    /// A description in one sentence.
    public let help: String
    /// Whether the document must contain the key.
    public let isRequired: Bool
    /// A description of the allowed values, such as `an integer of at least 1`.
    public var allowed: String { allowedText() }

    let allowedText: @Sendable () -> String
    let decode: @Sendable (JSONValue, Decoding, inout Owner) -> Void
    let encode: @Sendable (Owner) -> JSONValue
    let schema: @Sendable (SchemaBook) -> JSONValue
    /// The type of the value if it is an `Options` type.
    let nested: (any Options.Type)?

    /// Creates a field: `.init("units", \.units, "Number of units.", .required, .atLeast(1))`.
    public init<Value: ConfigurationValue>(
        _ name: String, _ keyPath: WritableKeyPath<Owner, Value> & Sendable, _ help: String,
        _ constraints: Constraint<Value>...
    ) {
        let limits = Limits(
            own: constraints.filter { !$0.isForElements }.map(\.clause),
            each: constraints.filter(\.isForElements).map(\.clause))
        self.name = name
        self.help = help
        isRequired = constraints.contains { $0.isRequired }
        nested = Value.self as? any Options.Type
        allowedText = { limits.applied(to: Value.allowed) }
        encode = { $0[keyPath: keyPath].encode() }
        decode = { json, context, owner in
            context.limits = limits
            guard let value = Value.decode(json, context, over: owner[keyPath: keyPath]) else { return }
            if let broken = constraints.first(where: { $0.holds?(value) == false }) {
                let question = json.text.map { Suggestion.question($0, broken.suggestions) } ?? ""
                context.mismatch(json, Value.allowed, hint: question)
            } else {
                owner[keyPath: keyPath] = value
            }
        }
        schema = { book in
            var schema = Value.schema(book)
            for constraint in constraints { constraint.refine(&schema) }
            return schema
        }
    }
}

extension Field {
    /// A field of a nested group of these options.
    init<Part: Options>(_ field: Field<Part>, in keyPath: WritableKeyPath<Owner, Part> & Sendable) {
        (name, help, isRequired) = (field.name, field.help, field.isRequired)
        (allowedText, schema, nested) = (field.allowedText, field.schema, field.nested)
        encode = { field.encode($0[keyPath: keyPath]) }
        decode = { json, context, owner in field.decode(json, context, &owner[keyPath: keyPath]) }
    }
}

extension Options {
    /// Returns the fields of a nested value as keys of these options. Use it for fields that several types share:
    ///
    ///     static let fields: [Field<Self>] = [.init("units", \.units, "Number of units.")] + group(\.weights)
    ///
    /// Rules that involve several keys are checked only for the outer options. Its `validationIssues` should include
    /// those of the group.
    public static func group<Part: Options>(
        _ keyPath: WritableKeyPath<Self, Part> & Sendable
    ) -> [Field<Self>] {
        Part.fields.map { Field($0, in: keyPath) }
    }
}
