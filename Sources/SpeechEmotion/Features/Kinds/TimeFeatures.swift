import Configuration

/// How often the sign changes.
public struct ZeroCrossings: FramedFeature {
    public var frames = Frames()

    public static let type = "zcr"
    public static let summary = "The part of a frame's samples at which the sign changes."
    public static var fields: [Field<Self>] { frameFields }

    public init() {}
    /// One number, from 0 to 1.
    public var width: Int { 1 }

    /// [frames, 1] as librosa.feature.zero_crossing_rate.
    public func table(of sound: SoundAnalysis) throws(SoundProblem) -> FrameTable {
        try sound.wave.zeroCrossingRate(frames)
    }
}

/// How loud a frame is.
public struct RMS: FramedFeature {
    public var frames = Frames()

    public static let type = "rms"
    public static let summary = "The root of the mean square of a frame."
    public static var fields: [Field<Self>] { frameFields }

    public init() {}
    /// One number; full scale is 1.
    public var width: Int { 1 }

    /// [frames, 1] as librosa.feature.rms.
    public func table(of sound: SoundAnalysis) throws(SoundProblem) -> FrameTable {
        try sound.wave.rmsOfFrames(frames)
    }
}

/// The fundamental frequency by one period at a time.
public struct Yin: FramedFeature {
    public var range = PitchRange()
    public var threshold = 0.1

    /// Those of `range`.
    public var frames: Frames {
        get { range.frames }
        set { range.frames = newValue }
    }

    public static let type = "yin"
    public static let summary =
        "The fundamental frequency in Hz by YIN; frames without a voice have some too."
    public static var fields: [Field<Self>] {
        [
            .init("fmin", \.range.low, "The lowest frequency in Hz.", .above(0)),
            .init("fmax", \.range.high, "The highest frequency in Hz, at most half the rate.", .above(0)),
            .init("trough_threshold", \.threshold, "The difference that is small enough for a period.", .above(0)),
        ] + frameFields
    }

    public init() {}
    /// One number, in Hz.
    public var width: Int { 1 }

    public func check(rate: Int) throws(SoundProblem) { _ = try range.periods(rate: rate) }

    /// [frames, 1] as librosa.yin.
    public func table(of sound: SoundAnalysis) throws(SoundProblem) -> FrameTable {
        try sound.wave.pitch(range, threshold: threshold)
    }
}

/// The fundamental frequency as a path through all frames.
public struct ProbabilisticYin: FramedFeature {
    public var range = PitchRange()

    /// Those of `range`.
    public var frames: Frames {
        get { range.frames }
        set { range.frames = newValue }
    }

    public static let type = "pyin"
    public static let summary =
        "The fundamental frequency in Hz by pYIN (0 without a voice), whether there is a voice, and how probable one is."
    public static var fields: [Field<Self>] {
        [
            .init("fmin", \.range.low, "The lowest frequency in Hz.", .above(0)),
            .init("fmax", \.range.high, "The highest frequency in Hz, at most half the rate.", .above(0)),
        ] + frameFields
    }

    public init() {}
    /// Frequency, voice and probability.
    public var width: Int { 3 }
    /// In the order of the columns.
    public var names: [String] { ["pyin_f0", "pyin_voiced", "pyin_probability"] }

    public func check(rate: Int) throws(SoundProblem) { _ = try range.periods(rate: rate) }

    /// [frames, 3]: Hz or 0 without a voice, 1 or 0 for a voice, and how probable it is; as librosa.pyin.
    public func table(of sound: SoundAnalysis) throws(SoundProblem) -> FrameTable {
        let track = try sound.wave.probablePitch(range)
        var rows: [Float] = []
        for (i, frequency) in track.frequencies.enumerated() {
            rows += [frequency, track.isVoiced[i] ? 1 : 0, track.probabilities[i]]
        }
        return FrameTable(frames: track.frequencies.count, width: 3, values: rows)
    }
}
