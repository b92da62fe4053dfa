import Configuration

/// The zero-crossing rate.
public struct ZeroCrossings: FramedFeature {
    public var frames = Frames()

    public static let type = "zcr"
    public static let summary = "Zero-crossing rate: the fraction of samples in a frame at which the sign changes."
    public static var fields: [Field<Self>] { frameFields }

    public init() {}
    /// One value, from 0 to 1.
    public var width: Int { 1 }

    /// Computes [frames, 1] as librosa.feature.zero_crossing_rate.
    public func table(of analysis: WaveformAnalysis) throws(DataError) -> FrameTable {
        try analysis.wave.zeroCrossingRate(frames)
    }
}

/// The root mean square (RMS) of each frame.
public struct RMS: FramedFeature {
    public var frames = Frames()

    public static let type = "rms"
    public static let summary = "Root mean square (RMS) energy of each frame."
    public static var fields: [Field<Self>] { frameFields }

    public init() {}
    /// One value; full scale is 1.
    public var width: Int { 1 }

    /// Computes [frames, 1] as librosa.feature.rms.
    public func table(of analysis: WaveformAnalysis) throws(DataError) -> FrameTable {
        try analysis.wave.rmsOfFrames(frames)
    }
}

/// The fundamental frequency (F0) by YIN.
public struct YIN: FramedFeature {
    public var range = PitchRange()
    public var threshold = 0.1

    /// The frames of `range`.
    public var frames: Frames {
        get { range.frames }
        set { range.frames = newValue }
    }

    public static let type = "yin"
    public static let summary =
        "Fundamental frequency (F0) in Hz by YIN; unvoiced frames have an estimate, too."
    public static var fields: [Field<Self>] {
        [
            .init("fmin", \.range.low, "Lowest F0 in Hz.", .above(0)),
            .init("fmax", \.range.high, "Highest F0 in Hz, at most half the sample rate.", .above(0)),
            .init("trough_threshold", \.threshold, "Absolute threshold of the difference function for a period.", .above(0)),
        ] + frameFields
    }

    public init() {}
    /// One value, in Hz.
    public var width: Int { 1 }

    public func check(rate: Int) throws(DataError) { _ = try range.periods(rate: rate) }

    /// Computes [frames, 1] as librosa.yin.
    public func table(of analysis: WaveformAnalysis) throws(DataError) -> FrameTable {
        try analysis.wave.pitch(range, threshold: threshold)
    }
}

/// The fundamental frequency (F0) by probabilistic YIN.
public struct PYIN: FramedFeature {
    public var range = PitchRange()

    /// The frames of `range`.
    public var frames: Frames {
        get { range.frames }
        set { range.frames = newValue }
    }

    public static let type = "pyin"
    public static let summary =
        "Fundamental frequency (F0) by probabilistic YIN (pYIN): F0 in Hz (0 if unvoiced), a voicing flag, and the voicing probability."
    public static var fields: [Field<Self>] {
        [
            .init("fmin", \.range.low, "Lowest F0 in Hz.", .above(0)),
            .init("fmax", \.range.high, "Highest F0 in Hz, at most half the sample rate.", .above(0)),
        ] + frameFields
    }

    public init() {}
    /// F0, voicing flag and voicing probability.
    public var width: Int { 3 }
    /// The names of the three columns.
    public var names: [String] { ["pyin_f0", "pyin_voiced", "pyin_probability"] }

    public func check(rate: Int) throws(DataError) { _ = try range.periods(rate: rate) }

    /// Computes [frames, 3] as librosa.pyin: F0 in Hz or 0 if unvoiced, 1 or 0 for voicing, and the voicing
    /// probability.
    public func table(of analysis: WaveformAnalysis) throws(DataError) -> FrameTable {
        let track = try analysis.wave.probablePitch(range)
        var rows: [Float] = []
        for (i, frequency) in track.frequencies.enumerated() {
            rows += [frequency, track.isVoiced[i] ? 1 : 0, track.probabilities[i]]
        }
        return FrameTable(frames: track.frequencies.count, width: 3, values: rows)
    }
}
