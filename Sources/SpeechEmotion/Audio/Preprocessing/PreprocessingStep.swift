import Configuration

/// A deterministic preprocessing step for waveforms, as a config names it: `{"type": "trim", "top_db": 30}`.
public protocol PreprocessingStep: TaggedOptions {
    /// Returns the processed waveform. Throws an `InputError` if the step cannot be applied to it.
    func callAsFunction(_ wave: Waveform) throws -> Waveform
    /// Whether the step removes silence, so that the length depends on the recording (default: false).
    var removesSilence: Bool { get }
}

extension PreprocessingStep {
    public var removesSilence: Bool { self is Trim || self is SilenceRemoval || self is EnergyActivity }
}

/// The registered preprocessing steps.
public enum PreprocessingKinds: Registry {
    /// The type of a decoded config entry.
    public typealias Value = any PreprocessingStep

    public static var noun: String { "preprocessing step" }
    public static var builtIn: [any TaggedOptions.Type] {
        [
            Trim.self, SilenceRemoval.self, EnergyActivity.self, PeakNormalization.self,
            LoudnessNormalization.self, Gain.self,
            OffsetRemoval.self, Preemphasis.self, Crop.self, FixedLength.self, Resample.self,
        ]
    }
}

/// A preprocessing step of any registered type in a config.
public typealias AnyPreprocessingStep = Tagged<PreprocessingKinds>

extension [AnyPreprocessingStep] {
    /// Applies all steps, one after another.
    public func callAsFunction(_ wave: Waveform) throws -> Waveform {
        try reduce(wave) { try $1.value($0) }
    }
}
