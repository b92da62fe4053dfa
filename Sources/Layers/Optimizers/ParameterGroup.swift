import Configuration

/// Parameters with their own learning rate or weight decay.
public struct ParameterGroup: Options {
    public var parameters: [String] = []
    public var rateFactor = 1.0
    public var weightDecay: Double?

    public static let summary = "Parameters with their own learning rate or weight decay."
    public static let fields: [Field<Self>] = [
        .init(
            "parameters", \.parameters,
            "Names of parameters; * matches any characters: \"*.bias\". The first matching group applies.",
            .required, .notEmpty),
        .init("learning_rate_factor", \.rateFactor, "Factor of the learning rate.", .range(0...1e6)),
        .init("weight_decay", \.weightDecay, "Weight decay; null uses that of the optimizer.", .atLeast(0)),
    ]

    public init() {}
    /// Creates a group from names or patterns, in which * matches any characters.
    public init(_ parameters: [String], rateFactor: Double = 1, weightDecay: Double? = nil) {
        self.parameters = parameters
        self.rateFactor = rateFactor
        self.weightDecay = weightDecay
    }
}

/// Whether a name matches a pattern, in which * matches any characters.
func matches(_ pattern: String, _ name: String) -> Bool {
    let (pattern, name) = (Array(pattern.utf8), Array(name.utf8))
    let star = UInt8(ascii: "*")
    var (p, n) = (0, 0)
    // The position of the last star, and how far it extends.
    var retry: (p: Int, n: Int)?
    while n < name.count {
        if p < pattern.count, pattern[p] == star {
            retry = (p, n)
            p += 1
        } else if p < pattern.count, pattern[p] == name[n] {
            p += 1
            n += 1
        } else if let (starAt, reach) = retry {
            retry = (starAt, reach + 1)
            (p, n) = (starAt + 1, reach + 1)
        } else {
            return false
        }
    }
    return pattern[p...].allSatisfy { $0 == star }
}
