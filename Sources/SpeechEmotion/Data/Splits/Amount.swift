import Configuration

/// How much is taken out of something: a share such as 0.2, or a whole number such as 4.
public enum Amount: ConfigurationValue, Equatable {
    /// A part, above 0 and below 1.
    case share(Double)
    /// So many.
    case count(Int)

    /// Nothing.
    public static let none = Amount.count(0)

    public static func decode(_ json: JSONValue, _ context: Decoding) -> Amount? {
        if let count = json.integer, count >= 0 { return .count(count) }
        if let share = json.double, share > 0, share < 1 { return .share(share) }
        context.mismatch(json, allowed)
        return nil
    }

    public func encode() -> JSONValue {
        switch self {
        case .share(let share): share.encode()
        case .count(let count): count.encode()
        }
    }

    public static func schema(_ book: SchemaBook) -> JSONValue {
        [
            "anyOf": [
                ["type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1],
                ["type": "integer", "minimum": 0],
            ]
        ]
    }

    public static var allowed: String { "a share such as 0.2 or a whole number" }
    public static func resembles(_ json: JSONValue) -> Bool { json.double != nil }

    /// How many of `total` that is; a share is rounded up, as scikit-learn does.
    func count(of total: Int) -> Int {
        switch self {
        case .share(let share): Int((share * Double(total)).rounded(.up))
        case .count(let count): count
        }
    }
}

extension Constraint<Amount> {
    /// Something has to be taken.
    static var notNone: Constraint { .check("above 0") { $0 != .none } }
}
