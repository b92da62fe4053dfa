/// What a field demands beyond its type.
public struct Constraint<Value: ConfigurationValue>: Sendable {
    let isRequired: Bool
    /// In words, and as a rule for the numbers in the value.
    let clause: Limits.Clause
    /// Whether the clause speaks of elements of the value.
    let isForElements: Bool
    /// A rule for the value as a whole.
    let holds: (@Sendable (Value) -> Bool)?
    /// Words that the value may have been meant to be.
    let suggestions: [String]
    /// Puts the rule into a schema.
    let refine: @Sendable (inout JSONValue) -> Void

    private init(
        _ phrase: String, isRequired: Bool = false, suggestions: [String] = [],
        refine: @escaping @Sendable (inout JSONValue) -> Void = { _ in },
        holds: (@Sendable (Value) -> Bool)? = nil
    ) {
        self.isRequired = isRequired
        clause = Limits.Clause(phrase: phrase)
        isForElements = false
        self.holds = holds
        self.suggestions = suggestions
        self.refine = refine
    }

    private init(
        _ clause: Limits.Clause, isForElements: Bool, refine: @escaping @Sendable (inout JSONValue) -> Void
    ) {
        isRequired = false
        self.clause = clause
        self.isForElements = isForElements
        holds = nil
        suggestions = []
        self.refine = refine
    }

    /// The key must be written.
    public static var required: Constraint { Constraint("", isRequired: true) }

    /// A check of your own. The phrase follows the type: `.check("that is a power of two") { ... }` says
    /// `expected a whole number that is a power of two, found 12`.
    public static func check(_ phrase: String, _ holds: @escaping @Sendable (Value) -> Bool) -> Constraint {
        Constraint(phrase, holds: holds)
    }

    /// One of these values and no other; null stays allowed where the type allows it.
    public static func oneOf(_ values: [Value]) -> Constraint where Value: Equatable {
        let words = values.map { $0.encode() }
        let takesNull = Value.resembles(.null) && !words.contains(.null)
        return Constraint(
            ", one of \(words.map(\.line).choice)", suggestions: words.compactMap(\.text),
            refine: { $0["enum"] = JSONValue(.list(takesNull ? words + [.null] : words)) },
            holds: { values.contains($0) || $0.encode().isNull })
    }
}

extension Constraint where Value: Bounded {
    /// `low` or more; of a list, each element.
    public static func atLeast(_ low: Value.Bound) -> Constraint {
        bound("of at least \(plain(low))", ["minimum": plain(low)]) { $0 >= low }
    }

    /// `high` or less; of a list, each element.
    public static func atMost(_ high: Value.Bound) -> Constraint {
        bound("of at most \(plain(high))", ["maximum": plain(high)]) { $0 <= high }
    }

    /// More than `low`; of a list, each element.
    public static func above(_ low: Value.Bound) -> Constraint {
        bound("above \(plain(low))", ["exclusiveMinimum": plain(low)]) { $0 > low }
    }

    /// Less than `high`; of a list, each element.
    public static func below(_ high: Value.Bound) -> Constraint {
        bound("below \(plain(high))", ["exclusiveMaximum": plain(high)]) { $0 < high }
    }

    /// From the lower to the upper bound, both allowed; of a list, each element.
    public static func range(_ range: ClosedRange<Value.Bound>) -> Constraint {
        let (low, high) = (plain(range.lowerBound), plain(range.upperBound))
        return bound("from \(low) to \(high)", ["minimum": low, "maximum": high]) { range.contains($0) }
    }

    /// From the lower bound on and below the upper one; of a list, each element.
    public static func range(_ range: Range<Value.Bound>) -> Constraint {
        let (low, high) = (plain(range.lowerBound), plain(range.upperBound))
        return bound("of at least \(low) and below \(high)", ["minimum": low, "exclusiveMaximum": high]) {
            range.contains($0)
        }
    }

    /// The bound as people write it: 0, not 0.0.
    private static func plain(_ bound: Value.Bound) -> JSONValue {
        let json = bound.encode()
        guard let whole = json.integer, whole.magnitude < 1 << 53 else { return json }
        return JSONValue(.integer(whole))
    }

    private static func bound(
        _ phrase: String, _ keywords: JSONValue, _ holds: @escaping @Sendable (Value.Bound) -> Bool
    ) -> Constraint {
        let clause = Limits.Clause(phrase: phrase) { ($0 as? Value.Bound).map(holds) ?? true }
        return Constraint(clause, isForElements: Value.boundsElements) { $0.bounding(keywords) }
    }
}

extension Constraint where Value: Counted {
    /// So many elements of a list, or characters of a text.
    public static func count(_ range: ClosedRange<Int>) -> Constraint {
        let (low, high) = (range.lowerBound, range.upperBound)
        return counting(low == high ? "\(low)" : "\(low) to \(high)", low, high)
    }

    /// Exactly so many.
    public static func count(_ count: Int) -> Constraint { self.count(count...count) }

    /// So many or more.
    public static func count(_ range: PartialRangeFrom<Int>) -> Constraint {
        counting("\(range.lowerBound) or more", range.lowerBound, nil)
    }

    /// At least one element or character.
    public static var notEmpty: Constraint { count(1...) }

    private static func counting(_ words: String, _ low: Int, _ high: Int?) -> Constraint {
        let (least, most) = Value.countKeywords
        return Constraint(
            "with \(words) \(Value.nameOfElements)",
            refine: { schema in
                schema[least] = JSONValue(.integer(low))
                if let high { schema[most] = JSONValue(.integer(high)) }
            },
            holds: { value in
                guard let count = value.countOfElements else { return true }
                return count >= low && count <= high ?? .max
            })
    }
}

extension JSONValue {
    /// Puts the bounds of numbers into a schema: where it speaks of a list, into its elements.
    fileprivate mutating func bounding(_ keywords: JSONValue) {
        if let forms = self["anyOf"]?.elements {
            self["anyOf"] = JSONValue(
                .list(
                    forms.map { form in
                        var form = form
                        form.bounding(keywords)
                        return form
                    }))
        } else if var items = self["items"] {
            items.bounding(keywords)
            self["items"] = items
        } else if self["type"] != ["null"], self["type"]?.text != "null", self["enum"] == nil {
            for member in keywords.members ?? [] { self[member.key] = member.value }
        }
    }
}
