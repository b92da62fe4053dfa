/// The calibration of a classifier: accuracy as a function of confidence.
public struct Calibration: Sendable {
    /// The predictions with a confidence in (low, high].
    public struct Bin: Sendable, Equatable {
        /// The lower bound (exclusive).
        public var low: Double
        /// The upper bound (inclusive).
        public var high: Double
        /// The number of predictions.
        public var count = 0
        /// The number of correct predictions.
        public var right = 0
        /// The sum of the confidences.
        public var sum = 0.0

        /// The accuracy; NaN for an empty bin.
        public var accuracy: Double { Double(right) / Double(count) }
        /// The mean confidence; NaN for an empty bin.
        public var confidence: Double { sum / Double(count) }
    }

    /// Bins of equal width in ascending order; some may be empty.
    public private(set) var bins: [Bin]

    /// Sorts predictions into bins of equal width. NaN confidences are ignored.
    public init(confidences: [Double], right: [Bool], bins count: Int = 10) {
        let count = max(count, 1)
        bins = (0..<count).map { Bin(low: Double($0) / Double(count), high: Double($0 + 1) / Double(count)) }
        for (confidence, isRight) in zip(confidences, right) where confidence.isFinite {
            let place = (min(max(confidence, 0), 1) * Double(count)).rounded(.up)
            let bin = min(max(Int(place) - 1, 0), count - 1)
            bins[bin].count += 1
            bins[bin].right += isRight ? 1 : 0
            bins[bin].sum += confidence
        }
    }

    /// The number of all predictions.
    public var count: Int { bins.reduce(0) { $0 + $1.count } }

    /// The expected calibration error: the mean difference between confidence and accuracy, weighted by bin counts.
    public var error: Double {
        guard count > 0 else { return .nan }
        return bins.reduce(0) { $0 + abs(Double($1.right) - $1.sum) } / Double(count)
    }
}
