import Autograd
import Configuration

/// Masks random bands of channels.
public struct FrequencyMask: FeatureAugmentation, HasProbability {
    public var width = 8
    public var count = 1
    public var value = MaskValue.mean
    public var probability = 1.0

    public static let type = "frequency_mask"
    public static let summary =
        "Frequency masking (SpecAugment, Park et al. 2019): masks random bands of channels."
    public static let fields: [Field<Self>] = [
        .init(
            "width", \.width, "Maximum width of a mask in channels, drawn uniformly.", .range(1...1_000_000)),
        .init("count", \.count, "Number of masks.", .range(1...100)),
        .init("value", \.value, "Fill value of masks: the mean of each channel, zero, or the minimum."),
        probabilityField,
    ]

    public init() {}

    public func check(_ shape: [Int]) throws(InputError) { try needsSequence(shape) }

    /// Masks bands of channels over all valid frames of [frames, channels], which may overlap; padding is unchanged.
    public func change(_ features: Features, _ generator: RandomGenerator) throws -> Features {
        let channels = features.shape[1]
        return features.masked(count, value) {
            let hidden = generator.below(min(width, channels) + 1)
            return (0..<features.validFrames, generator.range(hidden, of: channels))
        }
    }
}
