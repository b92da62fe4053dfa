import Configuration

/// Resamples a waveform.
public struct Resample: PreprocessingStep {
    /// The target sample rate in Hz.
    public var rate = 16000

    public static let type = "resample"
    public static let summary = "Resamples the waveform."
    public static let fields: [Field<Self>] = [
        .init("rate", \.rate, "Target sample rate in Hz.", .required, .range(Waveform.allowedRates))
    ]

    /// Resamples to 16 kHz.
    public init() {}

    /// Throws as `Waveform.resampled(to:)` does.
    public func callAsFunction(_ wave: Waveform) throws -> Waveform { try wave.resampled(to: rate) }
}
