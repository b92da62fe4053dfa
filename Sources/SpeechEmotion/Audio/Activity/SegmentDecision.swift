/// Turns scores over time into segments. A segment begins where the score reaches `open` and ends where it falls below `close`
/// (hysteresis), so that scores near a threshold do not break it.
public struct SegmentDecision: Sendable, Equatable {
    /// The score at which a segment begins.
    public var open: Double
    /// The score below which a segment ends; at most `open`.
    public var close: Double
    /// The minimum durations, and the margin around segments.
    public var durations: SegmentDurations

    /// Creates a decision with two thresholds.
    public init(open: Double, close: Double, _ durations: SegmentDurations = SegmentDurations()) {
        (self.open, self.close, self.durations) = (open, close, durations)
    }

    /// Returns the segments of scores in their order; they do not overlap.
    ///
    /// - Parameter edges: The moments between the scores in seconds, one more than there are scores.
    public func callAsFunction(_ scores: [Double], edges: [Double]) -> [Range<Double>] {
        var found: [(start: Double, end: Double)] = []
        var index = 0
        while index < scores.count {
            guard scores[index] >= open else {
                index += 1
                continue
            }
            // What is above the lower threshold belongs to the segment, also before the score reaches the higher one.
            var first = index
            while first > 0, scores[first - 1] >= close { first -= 1 }
            var end = index + 1
            while end < scores.count, scores[end] >= close { end += 1 }
            let segment = (start: edges[first], end: edges[end])
            if let last = found.last, segment.start - last.end < durations.minSilence {
                found[found.count - 1].end = segment.end
            } else {
                found.append(segment)
            }
            index = end
        }
        guard let begin = edges.first, let finish = edges.last else { return [] }
        var segments: [Range<Double>] = []
        for segment in found where segment.end - segment.start >= durations.minSpeech - 1e-9 {
            let start = max(segments.last?.upperBound ?? begin, segment.start - durations.margin)
            segments.append(start..<max(start, min(finish, segment.end + durations.margin)))
        }
        return segments
    }
}
