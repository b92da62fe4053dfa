import Configuration

/// Trims leading and trailing silence.
public struct Trim: PreprocessingStep {
    /// The threshold in dB below the loudest frame under which a frame is silent.
    public var topDb = 30.0
    /// The frame length in samples.
    public var frame = 2048
    /// The hop length in samples.
    public var hop = 512

    public static let type = "trim"
    public static let summary = "Trims leading and trailing silence, as librosa.effects.trim."
    public static let fields: [Field<Self>] = [
        .init(
            "top_db", \.topDb,
            "Threshold in dB below the loudest frame under which a frame counts as silence.", .above(0),
            .atMost(1e6)),
        .init("frame_length", \.frame, "Frame length in samples.", .range(1...65536)),
        .init("hop_length", \.hop, "Hop length in samples.", .range(1...65536)),
    ]

    public var validationIssues: [ValidationIssue] { frameComplaints(frame, hop) }

    /// A threshold of 30 dB, frame length 2048 and hop length 512.
    public init() {}
    /// Trims frames that are more than `topDb` dB below the loudest.
    public init(topDb: Double) { self.topDb = topDb }

    /// Returns the samples from the first loud frame to the last, including the pauses between them.
    public func callAsFunction(_ wave: Waveform) -> Waveform {
        let range = wave.trimRange(below: topDb, frame: frame, hop: hop)
        return Waveform(Array(wave.samples[range]), rate: wave.rate)
    }
}

/// Rejects frames that overlap so much that a long waveform would take hours.
func frameComplaints(_ frame: Int, _ hop: Int) -> [ValidationIssue] {
    hop * 64 < frame
        ? [
            ValidationIssue(
                "hop_length", "\(hop) is too small for a frame length of \(frame); use at least 1/64 of it")
        ] : []
}
