/// Whether a model is as often right as it believes: its answers by how sure it was.
public struct Calibration: Sendable {
    /// The answers whose confidence lies in (low, high].
    public struct Bin: Sendable, Equatable {
        /// Answers of this confidence belong to the bin below.
        public var low: Double
        /// Answers of this confidence belong to this bin.
        public var high: Double
        /// How many answers there are.
        public var count = 0
        /// Of the answers, how many were right.
        public var right = 0
        /// The sum of the confidences.
        public var sum = 0.0

        /// The share that was right; nan without answers.
        public var accuracy: Double { Double(right) / Double(count) }
        /// The mean confidence; nan without answers.
        public var confidence: Double { sum / Double(count) }
    }

    /// From the least to the most sure, of equal width; some may be empty.
    public private(set) var bins: [Bin]

    /// Sorts answers into bins of equal width; at least one. What is no number is left out.
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

    /// All answers.
    public var count: Int { bins.reduce(0) { $0 + $1.count } }

    /// The expected calibration error: how far confidence and accuracy are apart, the bins weighted by their answers.
    public var error: Double {
        guard count > 0 else { return .nan }
        return bins.reduce(0) { $0 + abs(Double($1.right) - $1.sum) } / Double(count)
    }
}
