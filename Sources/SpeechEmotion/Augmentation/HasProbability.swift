import Configuration

/// An augmentation that is applied with a probability.
protocol HasProbability: Options {
    var probability: Double { get set }
}

extension HasProbability {
    /// The config key of the probability.
    static var probabilityField: Field<Self> {
        .init("probability", \.probability, "Probability of applying the augmentation.", .range(0...1))
    }
}
