/// A requirement of a field beyond its type.
public struct Constraint<Value: ConfigurationValue>: Sendable {
    let isRequired: Bool
    /// A requirement on numbers, in words and as a predicate.
    let clause: Limits.Clause
    /// Whether the clause applies to the elements of the value.
    let isForElements: Bool
    /// A predicate on the whole value.
    let holds: (@Sendable (Value) -> Bool)?
    /// Known words, for did-you-mean suggestions.
    let suggestions: [String]
    /// Adds the constraint to a schema.
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

    /// The document must contain the key.
    public static var required: Constraint { Constraint("", isRequired: true) }

    /// A custom check. The phrase completes the description of the type: `.check("that is a power of two") { ... }`
    /// reports `expected an integer that is a power of two, found 12`.
    public static func check(_ phrase: String, _ holds: @escaping @Sendable (Value) -> Bool) -> Constraint {
        Constraint(phrase, holds: holds)
    }

    /// One of the given values. null remains allowed if the type allows it.
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
    /// At least `low`. For a list, each element.
    public static func atLeast(_ low: Value.Bound) -> Constraint {
        bound("of at least \(plain(low))", ["minimum": plain(low)]) { $0 >= low }
    }

    /// At most `high`. For a list, each element.
    public static func atMost(_ high: Value.Bound) -> Constraint {
        bound("up to \(plain(high))", ["maximum": plain(high)]) { $0 <= high }
    }

    /// Greater than `low`. For a list, each element.
    public static func above(_ low: Value.Bound) -> Constraint {
        bound("above \(plain(low))", ["exclusiveMinimum": plain(low)]) { $0 > low }
    }

    /// Less than `high`. For a list, each element.
    public static func below(_ high: Value.Bound) -> Constraint {
        bound("below \(plain(high))", ["exclusiveMaximum": plain(high)]) { $0 < high }
    }

    /// Within the closed range. For a list, each element.
    public static func range(_ range: ClosedRange<Value.Bound>) -> Constraint {
        let (low, high) = (plain(range.lowerBound), plain(range.upperBound))
        return bound("from \(low) to \(high)", ["minimum": low, "maximum": high]) { range.contains($0) }
    }

    /// At least the lower bound and less than the upper bound. For a list, each element.
    public static func range(_ range: Range<Value.Bound>) -> Constraint {
        let (low, high) = (plain(range.lowerBound), plain(range.upperBound))
        return bound("of at least \(low) and below \(high)", ["minimum": low, "exclusiveMaximum": high]) {
            range.contains($0)
        }
    }

    /// The bound without a trailing zero: 0, not 0.0.
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
    /// A number of elements of a list, or of characters of a string, within the closed range.
    public static func count(_ range: ClosedRange<Int>) -> Constraint {
        let (low, high) = (range.lowerBound, range.upperBound)
        return counting(low == high ? "\(low)" : "\(low) to \(high)", low, high)
    }

    /// Exactly the given number of elements or characters.
    public static func count(_ count: Int) -> Constraint { self.count(count...count) }

    /// At least the given number of elements or characters.
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
    /// Adds numeric bounds to a schema. For the schema of a list, adds them to its elements.
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
