import Configuration

/// A fixed change of a sound, as a config names it: `{"type": "trim", "below": 30}`. It depends on nothing but the sound.
public protocol WaveEdit: TaggedOptions {
    /// The changed sound. Throws a `SoundProblem` where the sound does not allow it.
    func callAsFunction(_ wave: Waveform) throws -> Waveform
}

/// An edit that keeps or adds samples by their number alone.
protocol LengthEdit: WaveEdit {
    /// The samples of a sound that the result consists of, as places in a sound of `count` samples. Places outside of it are
    /// zeros. Throws where the sound is too short.
    func window(of count: Int, rate: Int) throws -> Range<Int>
}

extension LengthEdit {
    /// The samples of the window.
    func cut(_ wave: Waveform) throws -> Waveform {
        let window = try window(of: wave.count, rate: wave.rate)
        let inside = window.clamped(to: 0..<wave.count)
        guard inside != window else { return Waveform(Array(wave.samples[window]), rate: wave.rate) }
        let before = [Float](repeating: 0, count: inside.lowerBound - window.lowerBound)
        let after = [Float](repeating: 0, count: window.upperBound - inside.upperBound)
        return Waveform(before + wave.samples[inside] + after, rate: wave.rate)
    }
}

/// The edits that a config may name.
public enum WaveEditKinds: Registry {
    /// What stands in a config is an edit.
    public typealias Value = any WaveEdit

    public static var noun: String { "edit" }
    public static var kinds: [any TaggedOptions.Type] {
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
