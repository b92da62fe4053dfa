/// The definitions of a JSON Schema in the making: every named type once, so that types may hold themselves.
public final class SchemaBook {
    private(set) var definitions: [JSONMember] = []
    private var indices: [ObjectIdentifier: Int] = [:]

    init() {}

    /// A reference to the definition of a type, which is made at the first call.
    public func reference(
        to type: Any.Type, named name: String, _ make: (SchemaBook) -> JSONValue
    ) -> JSONValue {
        let index: Int
        if let known = indices[ObjectIdentifier(type)] {
            index = known
        } else {
            index = definitions.count
            indices[ObjectIdentifier(type)] = index
            definitions.append(JSONMember(unused(name), .null))
            definitions[index].value = make(self)
        }
        return ["$ref": JSONValue(.text("#/$defs/\(definitions[index].key)"))]
    }

    private func unused(_ name: String) -> String {
        let plain = String(String.UnicodeScalarView(name.unicodeScalars.map { Self.isPlain($0) ? $0 : "_" }))
        var candidate = plain
        var number = 2
        while definitions.contains(where: { $0.key == candidate }) {
            candidate = "\(plain)\(number)"
            number += 1
        }
        return candidate
    }

    private static func isPlain(_ scalar: UnicodeScalar) -> Bool {
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
    }
}

extension Options {
    public static func schema(_ book: SchemaBook) -> JSONValue {
        book.reference(to: Self.self, named: definitionName) { form($0) }
    }

    /// The type's name; one that is the `Spec` of another type is called by that: "GRU" for `GRU.Spec`.
    private static var definitionName: String {
        let name = String(describing: Self.self)
        let path = String(reflecting: Self.self).split(separator: ".")
        guard name.hasPrefix("Spec"), path.count > 2 else { return name }
        return String(path[path.count - 2] + name.dropFirst("Spec".count))
    }

    /// The JSON Schema (draft 2020-12) of a document that holds these options. Editors complete and check by it.
    ///
    /// - Parameter extends: Whether the document may name a parent by "extends", and then leave out what that holds.
    public static func jsonSchema(title: String, extends: Bool = false) -> JSONValue {
        let book = SchemaBook()
        var form = form(book)
        var properties: JSONValue = [
            "$schema": ["type": "string", "description": "The schema, for editors."]
        ]
        if extends {
            properties["extends"] = [
                "description": "A file, or several, whose values count where this one has none.",
                "type": ["string", "array"], "items": ["type": "string"],
            ]
            if let required = form["required"] {
                form["required"] = nil
                form["anyOf"] = [["required": ["extends"]], ["required": required]]
            }
        }
        for member in form["properties"]?.members ?? [] { properties[member.key] = member.value }
        form["properties"] = properties
        var schema: JSONValue = [
            "$schema": "https://json-schema.org/draft/2020-12/schema", "title": JSONValue(.text(title)),
        ]
        for member in form.members ?? [] { schema[member.key] = member.value }
        if !book.definitions.isEmpty { schema["$defs"] = JSONValue(.object(book.definitions)) }
        return schema
    }

    private static func form(_ book: SchemaBook) -> JSONValue {
        var form: JSONValue = ["type": "object"]
        if !summary.isEmpty { form["description"] = JSONValue(.text(summary)) }
        var properties: JSONValue = [:]
        if let tag { properties["type"] = ["const": JSONValue(.text(tag))] }
        let defaults = Self()
        for field in fields {
            var property = field.schema(book)
            property["description"] = JSONValue(.text(field.help))
            if let value = field.defaultValue(defaults) { property["default"] = value }
            properties[field.name] = property
        }
        form["properties"] = properties
        let required = fields.filter(\.isRequired).map { JSONValue(.text($0.name)) }
        if !required.isEmpty { form["required"] = JSONValue(.list(required)) }
        form["patternProperties"] = ["^//": ["description": "A remark."]]
        form["additionalProperties"] = false
        return form
    }
}

extension Field {
    /// The value where the key is left out; nil for required keys, and for nested options whose own defaults say it.
    func defaultValue(_ defaults: Owner) -> JSONValue? {
        if isRequired { return nil }
        let value = encode(defaults)
        if let nested, value == nested.init().encode() { return nil }
        return value
    }
}
