import Autograd
import Configuration

/// Statistics of features over all frames, concatenated.
public struct Summary: FeatureLayout {
    public var entries: [Entry] = []

    /// A feature and its statistics: all channels of the first statistic, then of the next.
    public struct Entry: Options {
        public var feature = AnyFrameFeature(MFCC())
        public var statistics: [Statistic] = [.mean]

        public static let summary = "A feature and the statistics that summarize its frames."
        public static var fields: [Field<Self>] {
            [
                .init("feature", \.feature, "The feature.", .required),
                .init(
                    "statistics", \.statistics, "Statistics over all frames; p90 is the 90th percentile.",
                    .notEmpty),
            ]
        }

        public init() {}
        /// Creates an entry; the default statistic is the mean.
        public init(_ feature: any FrameFeature, _ statistics: [Statistic] = [.mean]) {
            self.feature = AnyFrameFeature(feature)
            self.statistics = statistics
        }
    }

    public static let type = "summary"
    public static let summary = "A vector of statistics of features over all frames."
    public static var fields: [Field<Self>] {
        [
            .init(
                "entries", \.entries, "Features with their statistics, in the order of the vector.",
                .required, .notEmpty)
        ]
    }

    public init() {}
    /// Creates a vector of all entries, in order.
    public init(_ entries: [Entry]) { self.entries = entries }

    /// [channels]: one value per channel of a feature and statistic.
    public var outputShape: [Int] {
        [entries.reduce(0) { $0 + $1.feature.value.width * $1.statistics.count }]
    }

    /// `mfcc_0_mean`; repeated names get a suffix such as `.2`.
    public var names: [String] {
        distinct(
            entries.flatMap { entry in
                entry.statistics.flatMap { statistic in
                    entry.feature.value.names.map { "\($0)_\(statistic.word)" }
                }
            })
    }

    public func check(rate: Int) throws(InputError) {
        for entry in entries { try entry.feature.value.check(rate: rate) }
    }

    /// Computes [channels] over all frames of the waveform.
    public func features(of analysis: WaveformAnalysis) throws(InputError) -> Features {
        var values: [Float] = []
        for entry in entries {
            let table = try analysis(entry.feature.value)
            for statistic in entry.statistics { values += statistic(table) }
        }
        return Features(shape: [values.count], values: values)
    }
}
