import Autograd
import Configuration

/// Masks random ranges of frames.
public struct TimeMask: FeatureAugmentation, HasProbability {
    public var width = 20
    public var count = 1
    public var maxFraction = 1.0
    public var value = MaskValue.mean
    public var probability = 1.0

    public static let type = "time_mask"
    public static let summary = "Time masking (SpecAugment, Park et al. 2019): masks random ranges of frames."
    public static let fields: [Field<Self>] = [
        .init("width", \.width, "Maximum width of a mask in frames, drawn uniformly.", .range(1...1_000_000)),
        .init("count", \.count, "Number of masks.", .range(1...100)),
        .init(
            "max_fraction", \.maxFraction, "Maximum fraction of the valid frames that one mask may cover.",
            .above(0), .atMost(1)),
        .init("value", \.value, "Fill value of masks: the mean of each channel, zero, or the minimum."),
        probabilityField,
    ]

    public init() {}

    public func check(_ shape: [Int]) throws(InputError) { try needsSequence(shape) }

    /// Masks ranges of the valid frames of [frames, channels], which may overlap; padding is unchanged.
    public func change(_ features: Features, _ generator: RandomGenerator) throws -> Features {
        let frames = features.validFrames
        let widest = min(width, Int(maxFraction * Double(frames)), frames)
        return features.masked(count, value) {
            (generator.range(generator.below(widest + 1), of: frames), 0..<features.shape[1])
        }
    }
}
