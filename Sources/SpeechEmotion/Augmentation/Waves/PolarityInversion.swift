import Autograd
import Configuration

/// Inverts the polarity of a waveform, which is inaudible.
public struct PolarityInversion: WaveAugmentation, HasProbability {
    public var probability = 0.5

    public static let type = "polarity_inversion"
    public static let summary = "Polarity inversion: changes the sign of every sample."
    public static let fields: [Field<Self>] = [
        probabilityField
    ]

    /// A probability of 0.5.
    public init() {}

    /// Negates every sample; nothing is drawn.
    public func change(_ wave: Waveform, _ generator: RandomGenerator) -> Waveform {
        Waveform(wave.samples.map { -$0 }, rate: wave.rate)
    }
}
