import Configuration

/// Pads or truncates every waveform to a fixed length.
public struct FixedLength: LengthEdit {
    /// One or both ends of a waveform.
    public enum Side: String, CaseIterable, ConfigurationValue {
        /// The end.
        case end
        /// The start.
        case front
        /// Half on either side; an odd sample goes to the end.
        case both
    }

    /// The length in seconds; the number of samples is rounded down.
    public var seconds: Double?
    /// The length in samples.
    public var samples: Int?
    /// Where shorter waveforms are padded.
    public var padding = Side.end
    /// Where longer waveforms are truncated.
    public var truncating = Side.end

    public static let type = "length"
    public static let summary = "Pads with zeros or truncates every waveform to a fixed length."
    public static let fields: [Field<Self>] = [
        .init(
            "seconds", \.seconds, "Length in seconds. Give either `seconds` or `samples`.", .above(0),
            .atMost(1e6)),
        .init(
            "samples", \.samples, "Length in samples. Give either `seconds` or `samples`.",
            .range(1...Waveform.mostSamples)),
        .init("padding", \.padding, "Where zeros are added to shorter waveforms: `end`, `front` or `both`."),
        .init("truncating", \.truncating, "Where longer waveforms are truncated: `end`, `front` or `both`."),
    ]

    public var validationIssues: [ValidationIssue] {
        (seconds == nil) == (samples == nil)
            ? [ValidationIssue(nil, "expected a length in either \"seconds\" or \"samples\"")] : []
    }

    /// A step without a length yet.
    public init() {}
    /// A length in samples.
    public init(samples: Int, padding: Side = .end, truncating: Side = .end) {
        (self.samples, self.padding, self.truncating) = (samples, padding, truncating)
    }

    /// Returns exactly the requested number of samples. Throws for lengths above `Waveform.mostSamples`.
    public func callAsFunction(_ wave: Waveform) throws -> Waveform { try cut(wave) }

    func window(of count: Int, rate: Int) throws -> Range<Int> {
        let length = samples ?? Int((seconds ?? Double(count) / Double(rate)) * Double(rate))
        try Waveform.check(length, "length")
        let missing = length - count
        let first = missing >= 0 ? -padding.share(of: missing) : truncating.share(of: -missing)
        return first..<first + length
    }
}

extension FixedLength.Side {
    /// How many of `count` samples belong to the front.
    func share(of count: Int) -> Int {
        switch self {
        case .end: 0
        case .front: count
        case .both: count / 2
        }
    }
}
