import Autograd
import Configuration

/// Adds Gaussian noise to features.
public struct FeatureNoise: FeatureAugmentation, HasProbability {
    public var deviation = 0.1
    public var probability = 1.0

    public static let type = "feature_noise"
    public static let summary = "Adds Gaussian noise to every feature value."
    public static let fields: [Field<Self>] = [
        .init("std", \.deviation, "Standard deviation of the noise.", .required, .range(0...1e6)),
        probabilityField,
    ]

    public init() {}

    public func check(_ shape: [Int]) throws(InputError) {}

    /// Adds independent noise to every value of features of any shape; padding is unchanged.
    public func change(_ features: Features, _ generator: RandomGenerator) -> Features {
        var noisy = features
        let valid =
            features.length.map { $0 * features.shape.dropFirst().reduce(1, *) } ?? features.values.count
        for place in 0..<valid { noisy.values[place] += Float(deviation * generator.normal()) }
        return noisy
    }
}
