import Configuration
import Foundation

/// Scales a waveform to a given peak amplitude.
public struct PeakNormalization: PreprocessingStep {
    /// The peak amplitude; 1 is full scale.
    public var level = 1.0

    public static let type = "normalize_peak"
    public static let summary = "Scales the waveform to a given peak amplitude. Silence is left unchanged."
    public static let fields: [Field<Self>] = [
        .init("level", \.level, "Peak amplitude; 1 is full scale.", .above(0), .atMost(1e6))
    ]

    /// Normalizes to full scale.
    public init() {}

    /// Leaves silence unchanged.
    public func callAsFunction(_ wave: Waveform) -> Waveform {
        let peak = wave.peak
        return peak > 0 ? wave.scaled(by: level / Double(peak)) : wave
    }
}
