import Autograd
import CKernels
import Configuration
import Foundation

/// Changes the speed of a waveform without changing its pitch.
public struct TimeStretch: WaveAugmentation, HasProbability {
    /// The stretch factor; above 1 is faster.
    public var rate = Spread(0.8, 1.25)
    public var probability = 1.0

    public static let type = "time_stretch"
    public static let summary =
        "Time stretching by a phase vocoder: changes the speed without changing the pitch, as librosa.effects.time_stretch."
    public static let fields: [Field<Self>] = [
        .init("rate", \.rate, "Stretch factor; above 1 is faster.", .range(0.1...10)),
        probabilityField,
    ]

    public var validationIssues: [ValidationIssue] { rate.validationIssues("rate") }

    /// 0.8 to 1.25.
    public init() {}

    /// Changes the duration at the same pitch, see `Waveform.stretched`. Throws for an empty waveform.
    public func change(_ wave: Waveform, _ generator: RandomGenerator) throws -> Waveform {
        try wave.stretched(rate: rate.draw(generator))
    }
}
