/// A metric with its confidence interval.
public struct ConfidenceInterval: Sendable, Equatable {
    /// The method that computed the interval.
    public enum Method: String, Sendable, CaseIterable {
        /// Bootstrap-t.
        case bootstrap
        /// Student's t with a jackknife standard error.
        case jackknife
        /// Student's t over the results of folds.
        case student
        /// The corrected resampled t of Nadeau and Bengio over the results of folds.
        case correctedStudent = "corrected_student"
    }

    /// The point estimate, from all examples.
    public var estimate: Double
    /// The lower bound, or NaN without an interval.
    public var low: Double
    /// The upper bound, or NaN without an interval.
    public var high: Double
    /// The confidence level, such as 0.95.
    public var level: Double
    /// The number of independent units, such as speakers.
    public var units: Int
    /// The method, or nil without an interval.
    public var method: Method?

    /// Creates a metric with its interval.
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

    /// An unknown value.
    public static let unknown = ConfidenceInterval(estimate: .nan, low: .nan, high: .nan, level: 0.95)

    /// Returns a quantile of sorted values by linear interpolation (NumPy's default).
    static func quantile(_ sorted: [Double], _ part: Double) -> Double {
        let place = part * Double(sorted.count - 1)
        let below = Int(place.rounded(.down))
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
    }
}
