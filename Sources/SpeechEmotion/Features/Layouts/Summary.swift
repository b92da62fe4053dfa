import Configuration

/// Statistics of features over all frames, one after another.
public struct Summary: FeatureLayout {
    public var entries: [Entry] = []

    /// A feature and its statistics: all channels of the first statistic, then of the next.
    public struct Entry: Options {
        public var feature = AnyFrameFeature(MFCC())
        public var statistics: [Statistic] = [.mean]

        public static let summary = "Statistics of a feature: all channels of the first, then of the next."
        public static var fields: [Field<Self>] {
            [
                .init("feature", \.feature, "The feature.", .required),
                .init("statistics", \.statistics, "What is told of its frames.", .notEmpty),
            ]
        }

        public init() {}
        /// Its mean over all frames, unless other statistics are given.
        public init(_ feature: any FrameFeature, _ statistics: [Statistic] = [.mean]) {
            self.feature = AnyFrameFeature(feature)
            self.statistics = statistics
        }
    }

    public static let type = "summary"
    public static let summary = "Statistics of features over all frames, one after another."
    public static var fields: [Field<Self>] {
        [.init("entries", \.entries, "What the vector is made of, in its order.", .required, .notEmpty)]
    }

    public init() {}
    /// One vector of all entries, in their order.
    public init(_ entries: [Entry]) { self.entries = entries }

    /// [channels], one for each channel of a feature and each of its statistics.
    public var outputShape: [Int] {
        [entries.reduce(0) { $0 + $1.feature.value.width * $1.statistics.count }]
    }

    /// `mfcc_0_mean`; the second of one name gets `.2` behind it.
    public var names: [String] {
        distinct(
            entries.flatMap { entry in
                entry.statistics.flatMap { statistic in
                    entry.feature.value.names.map { "\($0)_\(statistic.word)" }
                }
            })
    }

    public func check(rate: Int) throws(SoundProblem) {
        for entry in entries { try entry.feature.value.check(rate: rate) }
    }

    /// [channels] over all frames of the sound.
    public func features(of sound: SoundAnalysis) throws(SoundProblem) -> Features {
        var values: [Float] = []
        for entry in entries {
            let table = try sound(entry.feature.value)
            for statistic in entry.statistics { values += statistic(table) }
        }
        return Features(shape: [values.count], values: values)
    }
}
