import Configuration

/// An amount: a fraction such as 0.2, or a number such as 4.
public enum Amount: ConfigurationValue, Equatable {
    /// A fraction, above 0 and below 1.
    case share(Double)
    /// A number.
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

    public static var allowed: String { "a fraction such as 0.2 or an integer" }
    public static func resembles(_ json: JSONValue) -> Bool { json.double != nil }

    /// The number that this amounts to of `total`; a fraction is rounded up, as in scikit-learn.
    func count(of total: Int) -> Int {
        switch self {
        case .share(let share): Int((share * Double(total)).rounded(.up))
        case .count(let count): count
        }
    }
}

extension Constraint<Amount> {
    /// Requires an amount above 0.
    static var notNone: Constraint { .check("above 0") { $0 != .none } }
}
