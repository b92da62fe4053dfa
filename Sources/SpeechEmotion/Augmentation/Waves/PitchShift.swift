import Autograd
import CKernels
import Configuration
import Foundation

/// Shifts the pitch of a waveform without changing its duration.
public struct PitchShift: WaveAugmentation, HasProbability {
    /// The shift in semitones; 12 are an octave.
    public var semitones = Spread(-2, 2)
    public var probability = 1.0

    public static let type = "pitch_shift"
    public static let summary =
        "Shifts the pitch without changing the duration, as librosa.effects.pitch_shift."
    public static let fields: [Field<Self>] = [
        .init("semitones", \.semitones, "Shift in semitones; above 0 is up.", .range(-36...36)),
        probabilityField,
    ]

    public var validationIssues: [ValidationIssue] { semitones.validationIssues("semitones") }

    /// Up to two semitones down or up.
    public init() {}

    /// Shifts the pitch at the same duration, see `Waveform.pitchShifted`. Throws for an empty waveform.
    public func change(_ wave: Waveform, _ generator: RandomGenerator) throws -> Waveform {
        try wave.pitchShifted(semitones: semitones.draw(generator))
    }
}
