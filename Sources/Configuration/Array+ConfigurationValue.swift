extension Array: ConfigurationValue where Element: ConfigurationValue {
    public static func decode(_ json: JSONValue, _ context: Decoding) -> [Element]? {
        guard let elements = json.elements else {
            let isSingle = !json.isNull && Element.resembles(json)
            context.mismatch(json, allowed, hint: isSingle ? "; write [\(json.shown)]" : "")
            return nil
        }
        let values = elements.enumerated().map { index, element in
            context.inside(.index(index), at: element.place) { Element.decode(element, context) }
        }
        let good = values.compactMap { $0 }
        return good.count == values.count ? good : nil
    }

    public func encode() -> JSONValue { JSONValue(.list(map { $0.encode() })) }

    public static func schema(_ book: SchemaBook) -> JSONValue {
        ["type": "array", "items": Element.schema(book)]
    }

    public static var allowed: String { "a list of \(Element.allowedMany)" }
    public static var allowedMany: String { "lists of \(Element.allowedMany)" }

    public static func resembles(_ json: JSONValue) -> Bool {
        guard let elements = json.elements else { return false }
        return elements.first.map(Element.resembles) ?? true
    }
}
