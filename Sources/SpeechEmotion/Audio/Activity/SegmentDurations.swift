import Configuration

/// The durations that segments must have, in seconds.
public struct SegmentDurations: Options, Equatable {
    /// The duration below which a segment is dropped.
    public var minSpeech = 0.1
    /// The duration below which a gap between segments is filled.
    public var minSilence = 0.2
    /// The time by which a segment is extended on both sides.
    public var margin = 0.05

    public static let fields: [Field<Self>] = [
        .init(
            "min_speech", \.minSpeech, "Minimum duration of a segment in seconds; shorter ones are dropped.",
            .range(0...60)),
        .init(
            "min_silence", \.minSilence, "Minimum duration of a gap in seconds; shorter ones are filled.",
            .range(0...60)),
        .init("margin", \.margin, "Seconds to keep around each segment.", .range(0...60)),
    ]

    public init() {}
}
