import Configuration

/// Removes silence, at the ends and between words, and joins the rest.
public struct SilenceRemoval: PreprocessingStep {
    /// The threshold in dB below the loudest frame under which a frame is silent.
    public var topDb = 30.0
    /// Seconds kept around each segment.
    public var margin = 0.0
    /// The frame length in samples.
    public var frame = 2048
    /// The hop length in samples.
    public var hop = 512

    public static let type = "voiced"
    public static let summary =
        "Removes silence everywhere: keeps the segments above a threshold and joins them."
    public static let fields: [Field<Self>] = [
        .init(
            "top_db", \.topDb,
            "Threshold in dB below the loudest frame under which a frame counts as silence.", .above(0),
            .atMost(1e6)),
        .init("margin", \.margin, "Seconds to keep around each segment.", .range(0...60)),
        .init("frame_length", \.frame, "Frame length in samples.", .range(1...65536)),
        .init("hop_length", \.hop, "Hop length in samples.", .range(1...65536)),
    ]

    public var validationIssues: [ValidationIssue] { frameComplaints(frame, hop) }

    /// A threshold of 30 dB, no margin, frame length 2048 and hop length 512.
    public init() {}

    /// Returns the loud segments with their margins, joined without a fade.
    public func callAsFunction(_ wave: Waveform) -> Waveform {
        let more = Int(margin * Double(wave.rate))
        var kept: [Float] = []
        var end = 0
        for part in wave.nonSilentRanges(below: topDb, frame: frame, hop: hop) {
            let start = max(end, part.lowerBound - more)
            end = max(end, min(wave.count, part.upperBound + more))
            if start < end { kept += wave.samples[start..<end] }
        }
        return Waveform(kept, rate: wave.rate)
    }
}
