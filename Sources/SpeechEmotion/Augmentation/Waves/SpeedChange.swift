import Autograd
import Configuration

/// Changes the speed of a waveform: pitch and duration change together.
public struct SpeedChange: WaveAugmentation, HasProbability {
    /// The speed factor; below 1 is slower and lower.
    public var factor = Spread(0.9, 1.1)
    public var probability = 1.0

    public static let type = "speed"
    public static let summary =
        "Speed perturbation: resamples the waveform, so that pitch and duration change together."
    public static let fields: [Field<Self>] = [
        .init("factor", \.factor, "Speed factor; above 1 is faster.", .range(0.1...10)),
        probabilityField,
    ]

    public var validationIssues: [ValidationIssue] { factor.validationIssues("factor") }

    /// 0.9 to 1.1.
    public init() {}

    /// Resamples by a random factor: returns 1 / factor of the samples at the same sample rate.
    public func change(_ wave: Waveform, _ generator: RandomGenerator) throws -> Waveform {
        try wave.resampled(step: factor.draw(generator))
    }
}
