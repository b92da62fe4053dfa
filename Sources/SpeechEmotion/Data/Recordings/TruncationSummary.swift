/// How many of some clips a pipeline truncates, and by how much.
public struct TruncationSummary: Sendable, Equatable {
    /// The number of clips with known truncation.
    public var clips: Int
    /// The number of truncated clips.
    public var truncated: Int
    /// The median truncation of truncated clips in seconds; 0 if there are none.
    public var median: Double
    /// The maximum truncation of a clip in seconds.
    public var largest: Double
    /// The fraction of all audio that is lost, from 0 to 1.
    public var share: Double
    /// The number of clips that each option truncates, without options that truncate none.
    public var options: [(name: String, clips: Int)]

    /// Summarizes the truncation of clips.
    ///
    /// - Parameter options: The pipeline's `truncatingOptions`.
    public init(_ truncations: [Truncation], options names: [String]) {
        let cuts = truncations.map(\.cut).filter { $0 > 0 }
        clips = truncations.count
        truncated = cuts.count
        let summary = NumberSummary(cuts)
        (median, largest) = (summary?.median ?? 0, summary?.largest ?? 0)
        let lost = summary?.total ?? 0
        let kept = truncations.reduce(0) { $0 + $1.kept }
        share = lost > 0 ? lost / (lost + kept) : 0
        options = names.enumerated().compactMap { place, name in
            let count = truncations.count { $0.cuts.indices.contains(place) && $0.cuts[place] > 0 }
            return count > 0 ? (name, count) : nil
        }
    }

    /// Whether all values are equal.
    public static func == (a: Self, b: Self) -> Bool {
        a.clips == b.clips && a.truncated == b.truncated && a.median == b.median && a.largest == b.largest
            && a.share == b.share && a.options.elementsEqual(b.options) { $0 == $1 }
    }
}
