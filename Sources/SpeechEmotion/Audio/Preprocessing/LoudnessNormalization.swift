import Configuration
import Foundation

/// Scales a waveform to a given root mean square (RMS).
public struct LoudnessNormalization: PreprocessingStep {
    /// The RMS; 0.1 is 20 dB below full scale.
    public var level = 0.1

    public static let type = "normalize_rms"
    public static let summary =
        "Scales the waveform to a given root mean square (RMS). Silence is left unchanged."
    public static let fields: [Field<Self>] = [
        .init("level", \.level, "RMS; 0.1 is 20 dB below full scale.", .above(0), .atMost(1e6))
    ]

    /// Normalizes to an RMS of 0.1.
    public init() {}

    /// Leaves silence unchanged; samples may exceed full scale.
    public func callAsFunction(_ wave: Waveform) -> Waveform {
        let rms = wave.rms
        return rms > 0 ? wave.scaled(by: level / rms) : wave
    }
}
