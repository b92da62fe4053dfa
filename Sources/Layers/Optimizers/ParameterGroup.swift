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
        .init(
            "learning_rate_factor", \.rateFactor, "Factor of the optimizer's learning rate.", .range(0...1e6)),
        .init("weight_decay", \.weightDecay, "Weight decay; `null` uses that of the optimizer.", .atLeast(0)),
    ]

    public init() {}
    /// Creates a group from names or patterns, in which * matches any characters.
    public init(_ parameters: [String], rateFactor: Double = 1, weightDecay: Double? = nil) {
        self.parameters = parameters
        self.rateFactor = rateFactor
        self.weightDecay = weightDecay
    }
}
