import Configuration

/// The hidden states of an encoder that become features: `"all"`, `"last"`, or a list of numbers. 0 is the input of the first
/// layer, 1 the output of the first layer.
public enum LayerSelection: ConfigurationValue, Hashable {
    case all, last
    case list([Int])

    /// The words that a config may contain.
    private enum Word: String, CaseIterable, ConfigurationValue { case all, last }

    public static func decode(_ json: JSONValue, _ context: Decoding) -> LayerSelection? {
        if json.text != nil { return Word.decode(json, context).map { $0 == .all ? .all : .last } }
        guard let list = [Int].decode(json, context) else { return nil }
        guard !list.isEmpty, list.allSatisfy({ $0 >= 0 }), Set(list).count == list.count else {
            context.mismatch(json, allowed)
            return nil
        }
        return .list(list)
    }

    public func encode() -> JSONValue {
        switch self {
        case .all: Word.all.encode()
        case .last: Word.last.encode()
        case .list(let numbers): numbers.encode()
        }
    }

    public static func schema(_ book: SchemaBook) -> JSONValue {
        [
            "anyOf": [
                Word.schema(book),
                [
                    "type": "array", "items": ["type": "integer", "minimum": 0], "minItems": 1,
                    "uniqueItems": true,
                ],
            ]
        ]
    }

    public static var allowed: String { "\"all\", \"last\" or a list of distinct layer numbers" }
    public static func resembles(_ json: JSONValue) -> Bool { json.text != nil || json.elements != nil }

    /// Returns the numbers of the hidden states of an encoder with `layers` layers.
    func numbers(layers: Int) -> [Int] {
        switch self {
        case .all: Array(0...layers)
        case .last: [layers]
        case .list(let numbers): numbers
        }
    }
}
