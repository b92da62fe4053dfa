import Autograd
import Configuration

/// Time and frequency masking (SpecAugment).
public struct SpecAugment: FeatureAugmentation, HasProbability {
    public var time = TimeMask()
    public var frequency = FrequencyMask()
    public var probability = 1.0

    public static let type = "spec_augment"
    public static let summary =
        "SpecAugment (Park et al. 2019): time and frequency masking, without time warping."
    public static let fields: [Field<Self>] = [
        .init("time", \.time, "Time masking."),
        .init("frequency", \.frequency, "Frequency masking."),
        probabilityField,
    ]

    public init() {}

    public func check(_ shape: [Int]) throws(InputError) { try needsSequence(shape) }

    /// Masks [frames, channels] in time, then in frequency, each with its own probability.
    public func change(_ features: Features, _ generator: RandomGenerator) throws -> Features {
        try frequency(time(features, generator), generator)
    }
}
