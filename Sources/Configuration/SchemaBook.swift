/// The definitions of a JSON Schema. Every named type occurs once, so types can be recursive.
public final class SchemaBook {
    private(set) var definitions: [JSONMember] = []
    private var indices: [ObjectIdentifier: Int] = [:]

    init() {}

    /// Returns a reference to the definition of a type, which is created on the first call.
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

    /// The name of the type in the schema. A type named `Spec` is called by its outer type: "GRU" for `GRU.Spec`.
    private static var definitionName: String {
        let name = String(describing: Self.self)
        let path = String(reflecting: Self.self).split(separator: ".")
        guard name.hasPrefix("Spec"), path.count > 2 else { return name }
        return String(path[path.count - 2] + name.dropFirst("Spec".count))
    }

    /// Returns the JSON Schema (draft 2020-12) of a document with these options. Editors use it for completion and
    /// validation.
    ///
    /// - Parameters:
    ///   - title: The title of the schema.
    ///   - extends: Whether the document may name parent files by "extends" and omit the keys that they provide.
    public static func jsonSchema(title: String, extends: Bool = false) -> JSONValue {
        let book = SchemaBook()
        var form = form(book)
        var properties: JSONValue = [
            "$schema": ["type": "string", "description": "The JSON Schema of this file, for editors."]
        ]
        if extends {
            properties["extends"] = [
                "description": "A parent file, or a list of them. The values of this file take precedence.",
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
        form["patternProperties"] = ["^//": ["description": "A comment."]]
        form["additionalProperties"] = false
        return form
    }
}

extension Field {
    /// Returns the value of an omitted key. nil for required keys, and for nested options, whose schemas contain
    /// their own defaults.
    func defaultValue(_ defaults: Owner) -> JSONValue? {
        if isRequired { return nil }
        let value = encode(defaults)
        if let nested, value == nested.init().encode() { return nil }
        return value
    }
}
