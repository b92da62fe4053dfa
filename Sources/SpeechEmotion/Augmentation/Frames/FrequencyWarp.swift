import Autograd
import Configuration

/// Vocal tract length perturbation (VTLP, Jaitly and Hinton 2013): warps the frequency axis of a spectrogram.
public struct FrequencyWarp: FeatureAugmentation, HasProbability {
    public var factor = Pair(0.9, 1.1)
    public var high = 0.8
    public var probability = 1.0

    public static let type = "vtlp"
    public static let summary =
        "Vocal tract length perturbation (VTLP): warps the frequency axis of a mel spectrogram. Not for MFCCs."
    public static let fields: [Field<Self>] = [
        .init("factor", \.factor, "Range of the warp factor.", .range(0.5...2)),
        .init(
            "high", \.high,
            "Fraction of the frequency axis up to which the factor applies; above, the warp is linear up to the last channel.",
            .above(0), .atMost(1)),
        probabilityField,
    ]

    public init() {}

    public func check(_ shape: [Int]) throws(InputError) { try needsSequence(shape) }

    /// Warps the channels of all valid frames of [frames, channels] alike; padding is unchanged.
    public func change(_ features: Features, _ generator: RandomGenerator) throws -> Features {
        guard features.shape[1] > 1 else { return features }
        let sources = sources(generator.uniform(factor), channels: features.shape[1])
        var warped = features
        let width = features.shape[1]
        for frame in 0..<features.validFrames {
            for channel in 0..<width {
                let (below, part) = sources[channel]
                let first = features.values[frame * width + below]
                let second = features.values[frame * width + min(below + 1, width - 1)]
                warped.values[frame * width + channel] = first + (second - first) * part
            }
        }
        return warped
    }

    /// The source of each channel: the channel below, and the fraction towards the next.
    private func sources(_ factor: Double, channels: Int) -> [(below: Int, part: Float)] {
        let last = Double(channels - 1)
        // Two line segments that meet at the limit of the factor and end at the last channel.
        let knee = high * last * min(1, 1 / factor)
        return (0..<channels).map { channel in
            let place = Double(channel)
            let source =
                place <= knee * factor || knee >= last
                ? place / factor
                : knee + (place - knee * factor) * (last - knee) / max(last - knee * factor, 1e-9)
            let bounded = min(max(source, 0), last)
            let below = min(Int(bounded), channels - 1)
            return (below, Float(bounded - Double(below)))
        }
    }
}
