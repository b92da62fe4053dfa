import Autograd
import Configuration

/// Applies a random gain.
public struct RandomGain: WaveAugmentation, HasProbability {
    /// The gain in dB.
    public var decibels = Spread(-6, 6)
    public var probability = 1.0

    public static let type = "gain"
    public static let summary = "Applies a random gain."
    public static let fields: [Field<Self>] = [
        .init("decibels", \.decibels, "Gain in dB; 6 dB is about twice the amplitude.", .range(-200...200)),
        probabilityField,
    ]

    public var validationIssues: [ValidationIssue] { decibels.validationIssues("decibels") }

    /// A gain of -6 to 6 dB.
    public init() {}

    /// Every sample times 10^(decibels / 20); nothing is clipped at full scale.
    public func change(_ wave: Waveform, _ generator: RandomGenerator) -> Waveform {
        Gain(decibels: decibels.draw(generator))(wave)
    }
}
