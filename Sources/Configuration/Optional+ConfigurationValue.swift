/// null and a missing key decode as nil.
extension Optional: ConfigurationValue where Wrapped: ConfigurationValue {
    public static func decode(_ json: JSONValue, _ context: Decoding) -> Wrapped?? {
        if json.isNull { return .some(nil) }
        return Wrapped.decode(json, context).map { .some($0) }
    }

    public static func decode(_ json: JSONValue, _ context: Decoding, over base: Wrapped?) -> Wrapped?? {
        guard let base, !json.isNull else { return decode(json, context) }
        return Wrapped.decode(json, context, over: base).map { .some($0) }
    }

    public func encode() -> JSONValue { self?.encode() ?? JSONValue(.null) }

    public static func schema(_ book: SchemaBook) -> JSONValue {
        var schema = Wrapped.schema(book)
        if schema.members?.isEmpty == true { return schema }
        if let type = schema["type"], type.text != nil, schema.members?.count == 1 {
            schema["type"] = [type, "null"]
            return schema
        }
        return ["anyOf": [schema, ["type": "null"]]]
    }

    public static var allowed: String { "\(Wrapped.allowed) or null" }
    public static func resembles(_ json: JSONValue) -> Bool { json.isNull || Wrapped.resembles(json) }
}
