import Autograd
import Configuration

/// The fill value of a mask.
public enum MaskValue: String, CaseIterable, ConfigurationValue {
    case zero
    /// The mean of the valid frames.
    case mean
    /// The minimum of the valid frames: silence, for features in decibels.
    case minimum
}

/// Masks random ranges of frames.
public struct TimeMask: FeatureAugmentation {
    public var width = 20
    public var count = 1
    public var share = 1.0
    public var value = MaskValue.mean
    public var probability = 1.0

    public static let type = "time_mask"
    public static let summary = "Time masking (SpecAugment, Park et al. 2019): masks random ranges of frames."
    public static let fields: [Field<Self>] = [
        .init("width", \.width, "Maximum width of a mask in frames, drawn uniformly.", .atLeast(1)),
        .init("count", \.count, "Number of masks.", .range(1...100)),
        .init("max_fraction", \.share, "Maximum fraction of the valid frames that one mask may cover.", .above(0), .atMost(1)),
        .init("value", \.value, "Fill value of masks: the mean of each channel, zero, or the minimum."),
        .init("probability", \.probability, "Probability of applying the augmentation.", .range(0...1)),
    ]

    public init() {}

    public func check(_ shape: [Int]) throws(DataError) { try needsSequence(shape) }

    /// Masks ranges of the valid frames of [frames, channels], which may overlap; padding is unchanged.
    public func callAsFunction(_ features: Features, _ generator: RandomGenerator) throws -> Features {
        try check(features.shape)
        guard generator.happens(probability) else { return features }
        var masked = features
        let frames = features.validFrames
        let filling = features.filling(value)
        for _ in 0..<count {
            let widest = min(width, Int(share * Double(frames)), frames)
            let hidden = generator.below(widest + 1)
            masked.fill(
                frames: generator.stretch(hidden, of: frames), channels: 0..<features.shape[1], filling)
        }
        return masked
    }
}

/// Masks random bands of channels.
public struct FrequencyMask: FeatureAugmentation {
    public var width = 8
    public var count = 1
    public var value = MaskValue.mean
    public var probability = 1.0

    public static let type = "frequency_mask"
    public static let summary = "Frequency masking (SpecAugment, Park et al. 2019): masks random bands of channels."
    public static let fields: [Field<Self>] = [
        .init("width", \.width, "Maximum width of a mask in channels, drawn uniformly.", .atLeast(1)),
        .init("count", \.count, "Number of masks.", .range(1...100)),
        .init("value", \.value, "Fill value of masks: the mean of each channel, zero, or the minimum."),
        .init("probability", \.probability, "Probability of applying the augmentation.", .range(0...1)),
    ]

    public init() {}

    public func check(_ shape: [Int]) throws(DataError) { try needsSequence(shape) }

    /// Masks bands of channels over all valid frames of [frames, channels], which may overlap; padding is unchanged.
    public func callAsFunction(_ features: Features, _ generator: RandomGenerator) throws -> Features {
        try check(features.shape)
        guard generator.happens(probability) else { return features }
        var masked = features
        let filling = features.filling(value)
        for _ in 0..<count {
            let hidden = generator.below(min(width, features.shape[1]) + 1)
            masked.fill(
                frames: 0..<features.validFrames, channels: generator.stretch(hidden, of: features.shape[1]),
                filling)
        }
        return masked
    }
}

/// Time and frequency masking (SpecAugment).
public struct SpecAugment: FeatureAugmentation {
    public var time = TimeMask()
    public var frequency = FrequencyMask()
    public var probability = 1.0

    public static let type = "spec_augment"
    public static let summary = "SpecAugment (Park et al. 2019): time and frequency masking, without time warping."
    public static let fields: [Field<Self>] = [
        .init("time", \.time, "Time masking."),
        .init("frequency", \.frequency, "Frequency masking."),
        .init("probability", \.probability, "Probability of applying the augmentation.", .range(0...1)),
    ]

    public init() {}

    public func check(_ shape: [Int]) throws(DataError) { try needsSequence(shape) }

    /// Masks [frames, channels] in time, then in frequency, each with its own probability.
    public func callAsFunction(_ features: Features, _ generator: RandomGenerator) throws -> Features {
        try check(features.shape)
        guard generator.happens(probability) else { return features }
        return try frequency(time(features, generator), generator)
    }
}

extension RandomGenerator {
    /// Draws a range of `width` indices below `count`, uniformly.
    fileprivate func stretch(_ width: Int, of count: Int) -> Range<Int> {
        let start = below(count - width + 1)
        return start..<start + width
    }
}

extension Features {
    /// The number of frames before padding.
    var validFrames: Int { min(length ?? shape[0], shape[0]) }

    /// The fill value of a mask for each channel.
    fileprivate func filling(_ value: MaskValue) -> [Float] {
        let (frames, width) = (validFrames, shape[1])
        guard value != .zero, frames > 0 else { return Array(repeating: 0, count: width) }
        return (0..<width).map { channel in
            let numbers = (0..<frames).lazy.map { values[$0 * width + channel] }
            switch value {
            case .zero: return 0
            case .mean: return Float(numbers.reduce(0.0) { $0 + Double($1) } / Double(frames))
            case .minimum: return numbers.min() ?? 0
            }
        }
    }

    fileprivate mutating func fill(frames: Range<Int>, channels: Range<Int>, _ filling: [Float]) {
        let width = shape[1]
        for frame in frames {
            for channel in channels { values[frame * width + channel] = filling[channel] }
        }
    }
}
