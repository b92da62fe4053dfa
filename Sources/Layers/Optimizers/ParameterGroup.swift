import Configuration

/// Parameters with their own learning rate or weight decay.
public struct ParameterGroup: Options {
    public var parameters: [String] = []
    public var learningRateFactor = 1.0
    public var weightDecay: Double?
    public var layerDecay = 1.0

    public static let summary = "Parameters with their own learning rate or weight decay."
    public static let fields: [Field<Self>] = [
        .init(
            "parameters", \.parameters,
            "Names of parameters; * matches any characters: \"*.bias\". The first matching group applies.",
            .required, .notEmpty),
        .init(
            "learning_rate_factor", \.learningRateFactor, "Factor of the optimizer's learning rate.",
            .range(0...1e6)),
        .init("weight_decay", \.weightDecay, "Weight decay; `null` uses that of the optimizer.", .atLeast(0)),
        .init(
            "layer_decay", \.layerDecay,
            "Factor of the learning rate for each layer below the highest one in the group (Howard and Ruder 2018). The number of a parameter's layer is the first number in the part of its name that `*` matches; parameters without a number are below the lowest layer.",
            .above(0), .atMost(1)),
    ]

    public init() {}
    /// Creates a group from names or patterns, in which * matches any characters.
    public init(_ parameters: [String], learningRateFactor: Double = 1, weightDecay: Double? = nil) {
        self.parameters = parameters
        self.learningRateFactor = learningRateFactor
        self.weightDecay = weightDecay
    }
}

extension ParameterGroup {
    /// Returns whether the group contains a parameter.
    func contains(_ name: String) -> Bool { parameters.contains { matches($0, name) } }

    /// The number of a parameter's layer; nil if its name has none.
    private func layer(of name: String) -> Int? {
        guard let pattern = parameters.first(where: { matches($0, name) }) else { return nil }
        let fixed = pattern.prefix { $0 != "*" }
        return name.dropFirst(fixed.count).split(separator: ".").lazy.compactMap { Int($0) }.first
    }

    /// Returns the factor of the learning rate of each of the group's parameters.
    func factors(_ names: [String]) -> [Double] {
        let layers = names.map(layer)
        let numbers = layers.compactMap { $0 }
        let (lowest, highest) = (numbers.min() ?? 0, numbers.max() ?? -1)
        return layers.map { number in
            (0..<highest - (number ?? lowest - 1)).reduce(learningRateFactor) { factor, _ in
                factor * layerDecay
            }
        }
    }
}
