import Configuration

/// Cuts a part out of a sound.
public struct Crop: LengthEdit {
    /// Seconds left out at the start.
    public var offset = 0.0
    /// Seconds kept; all that follows where nil.
    public var duration: Double?

    public static let type = "crop"
    public static let summary = "Keeps a part of the sound, given in seconds."
    public static let fields: [Field<Self>] = [
        .init("offset", \.offset, "Seconds left out at the start.", .range(0...1e6)),
        .init("duration", \.duration, "Seconds kept; all that follows where null.", .above(0), .atMost(1e6)),
    ]

    /// All of it.
    public init() {}

    /// At least one sample. Throws for sounds that end before the offset.
    public func callAsFunction(_ wave: Waveform) throws -> Waveform { try cut(wave) }

    func window(of count: Int, rate: Int) throws -> Range<Int> {
        let first = Int(offset * Double(rate))
        guard first < count else {
            throw SoundProblem(
                "crop", found: "a sound of \(Double(count) / Double(rate)) s",
                allowed: "more than the offset of \(offset) s")
        }
        let kept = min(duration.map { max(1, Int($0 * Double(rate))) } ?? .max, count - first)
        return first..<first + kept
    }
}

/// Brings sounds to one length: zeros are added to shorter ones, longer ones are cut.
public struct FixedLength: LengthEdit {
    /// A side of a sound.
    public enum Side: String, CaseIterable, ConfigurationValue {
        /// Where the sound ends.
        case end
        /// Where the sound begins.
        case front
        /// Half on either side; what is odd, at the end.
        case both
    }

    /// The length in seconds; the number of samples is rounded down.
    public var seconds: Double?
    /// The length in samples.
    public var samples: Int?
    /// Where zeros are added.
    public var pad = Side.end
    /// Where samples are cut off.
    public var cut = Side.end

    public static let type = "length"
    public static let summary = "Brings every sound to one length with zeros or by a cut."
    public static let fields: [Field<Self>] = [
        .init("seconds", \.seconds, "The length in seconds; or give samples.", .above(0), .atMost(1e6)),
        .init(
            "samples", \.samples, "The length in samples; or give seconds.", .range(1...Waveform.mostSamples)),
        .init("padding", \.pad, "Where zeros are added."),
        .init("truncating", \.cut, "Where samples are cut off."),
    ]

    public var complaints: [Complaint] {
        (seconds == nil) == (samples == nil)
            ? [Complaint(nil, "expected a length in either \"seconds\" or \"samples\"")] : []
    }

    /// Without a length yet.
    public init() {}
    /// A length in samples.
    public init(samples: Int, pad: Side = .end, cut: Side = .end) {
        (self.samples, self.pad, self.cut) = (samples, pad, cut)
    }

    /// Exactly as many samples as asked for. Throws for lengths beyond `Waveform.mostSamples`.
    public func callAsFunction(_ wave: Waveform) throws -> Waveform { try cut(wave) }

    func window(of count: Int, rate: Int) throws -> Range<Int> {
        let length = samples ?? Int((seconds ?? Double(count) / Double(rate)) * Double(rate))
        try Waveform.check(length, "length")
        let missing = length - count
        let first = missing >= 0 ? -pad.share(of: missing) : cut.share(of: -missing)
        return first..<first + length
    }
}

extension FixedLength.Side {
    /// How many of `count` belong to the front.
    func share(of count: Int) -> Int {
        switch self {
        case .end: 0
        case .front: count
        case .both: count / 2
        }
    }
}

/// Brings a sound to another rate.
public struct Resample: WaveEdit {
    /// Samples per second.
    public var rate = 16000

    public static let type = "resample"
    public static let summary = "Brings the sound to another rate."
    public static let fields: [Field<Self>] = [
        .init("rate", \.rate, "Samples per second.", .required, .range(Waveform.allowedRates))
    ]

    /// To 16 kHz.
    public init() {}

    /// See `Waveform.resampled(to:)`, which says when it throws.
    public func callAsFunction(_ wave: Waveform) throws -> Waveform { try wave.resampled(to: rate) }
}
