import Configuration

/// A fixed change of a sound, as a config names it: `{"type": "trim", "top_db": 30}`. It depends on nothing but the sound.
public protocol WaveEdit: TaggedOptions {
    /// The changed sound. Throws a `SoundProblem` where the sound does not allow it.
    func callAsFunction(_ wave: Waveform) throws -> Waveform
}

/// The edits that a config may name.
public enum WaveEditKinds: Registry {
    /// What stands in a config is an edit.
    public typealias Value = any WaveEdit

    public static var noun: String { "edit" }
    public static var builtIn: [any TaggedOptions.Type] {
        [
            Trim.self, VoicedParts.self, PeakNormalization.self, LoudnessNormalization.self, Gain.self,
            OffsetRemoval.self, Preemphasis.self, Crop.self, FixedLength.self, Resample.self,
        ]
    }
}

/// An edit of any kind inside a config.
public typealias AnyWaveEdit = Tagged<WaveEditKinds>

extension [AnyWaveEdit] {
    /// The sound after all edits, one after another.
    public func callAsFunction(_ wave: Waveform) throws -> Waveform {
        try reduce(wave) { try $1.value($0) }
    }
}
