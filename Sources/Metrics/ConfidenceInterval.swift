/// A metric with its confidence interval.
public struct ConfidenceInterval: Sendable, Equatable {
    /// How an interval was computed.
    public enum Method: String, Sendable, CaseIterable {
        /// The bootstrap-t.
        case bootstrap
        /// Student's t with a jackknife standard error.
        case jackknife
        /// Student's t over the results of folds.
        case student
        /// Student's t over the results of folds with the variance of Nadeau and Bengio.
        case correctedStudent = "corrected_student"
    }

    /// The metric, from all examples.
    public var estimate: Double
    /// The lower bound; nan where there is no interval.
    public var low: Double
    /// The upper bound; nan where there is no interval.
    public var high: Double
    /// The confidence level, such as 0.95.
    public var level: Double
    /// How many independent units there were, such as speakers.
    public var units: Int
    /// How it was computed; nil where there is no interval.
    public var method: Method?

    /// A metric with its interval.
    public init(
        estimate: Double, low: Double, high: Double, level: Double, units: Int = 0, method: Method? = nil
    ) {
        self.estimate = estimate
        self.low = low
        self.high = high
        self.level = level
        self.units = units
        self.method = method
    }

    /// What is not known.
    public static let unknown = ConfidenceInterval(estimate: .nan, low: .nan, high: .nan, level: 0.95)

    /// A quantile of sorted numbers, between neighbours by their distance (as NumPy's default).
    static func quantile(_ sorted: [Double], _ part: Double) -> Double {
        let place = part * Double(sorted.count - 1)
        let below = Int(place.rounded(.down))
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
    }
}
