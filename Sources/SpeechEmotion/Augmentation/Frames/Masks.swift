import Autograd
import Configuration

/// What stands in a mask.
public enum MaskValue: String, CaseIterable, ConfigurationValue {
    case zero
    /// The mean of the valid frames.
    case mean
    /// The smallest number of the valid frames: silence, for features in decibels.
    case minimum
}

/// Hides stretches of time.
public struct TimeMask: FeatureAugmentation {
    public var width = 20
    public var count = 1
    public var share = 1.0
    public var value = MaskValue.mean
    public var probability = 1.0

    public static let type = "time_mask"
    public static let summary = "Hides stretches of time (Park et al. 2019)."
    public static let fields: [Field<Self>] = [
        .init("width", \.width, "Frames that a mask hides, at most; each width is as likely.", .atLeast(1)),
        .init("count", \.count, "How many masks.", .range(1...100)),
        .init("max_fraction", \.share, "Part of a sound's frames that one mask may hide.", .above(0), .atMost(1)),
        .init("value", \.value, "What stands in a mask."),
        .init("probability", \.probability, "How often it is done at all.", .range(0...1)),
    ]

    public init() {}

    public func check(_ shape: [Int]) throws(SoundProblem) { try needsSequence(shape) }

    /// [frames, channels] with masks among the valid frames, which may overlap; padding stays.
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

/// Hides bands of channels.
public struct FrequencyMask: FeatureAugmentation {
    public var width = 8
    public var count = 1
    public var value = MaskValue.mean
    public var probability = 1.0

    public static let type = "frequency_mask"
    public static let summary = "Hides bands of channels (Park et al. 2019)."
    public static let fields: [Field<Self>] = [
        .init("width", \.width, "Channels that a mask hides, at most; each width is as likely.", .atLeast(1)),
        .init("count", \.count, "How many masks.", .range(1...100)),
        .init("value", \.value, "What stands in a mask."),
        .init("probability", \.probability, "How often it is done at all.", .range(0...1)),
    ]

    public init() {}

    public func check(_ shape: [Int]) throws(SoundProblem) { try needsSequence(shape) }

    /// [frames, channels] with masks over all valid frames, which may overlap; padding stays.
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

/// Masks in time and in frequency.
public struct SpecAugment: FeatureAugmentation {
    public var time = TimeMask()
    public var frequency = FrequencyMask()
    public var probability = 1.0

    public static let type = "spec_augment"
    public static let summary = "Masks in time and in frequency (Park et al. 2019, without warping)."
    public static let fields: [Field<Self>] = [
        .init("time", \.time, "The masks in time."),
        .init("frequency", \.frequency, "The masks in frequency."),
        .init("probability", \.probability, "How often it is done at all.", .range(0...1)),
    ]

    public init() {}

    public func check(_ shape: [Int]) throws(SoundProblem) { try needsSequence(shape) }

    /// [frames, channels] with masks in time, then in frequency, each as often as its own probability says.
    public func callAsFunction(_ features: Features, _ generator: RandomGenerator) throws -> Features {
        try check(features.shape)
        guard generator.happens(probability) else { return features }
        return try frequency(time(features, generator), generator)
    }
}

extension RandomGenerator {
    /// A stretch of `width` places among `count`, each position as likely.
    fileprivate func stretch(_ width: Int, of count: Int) -> Range<Int> {
        let start = below(count - width + 1)
        return start..<start + width
    }
}

extension Features {
    /// The frames of a sequence that hold sound.
    var validFrames: Int { min(length ?? shape[0], shape[0]) }

    /// What stands in a mask, for each channel.
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
