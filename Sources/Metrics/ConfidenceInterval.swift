import Glibc

/// A metric with its confidence interval.
public struct ConfidenceInterval: Sendable, Equatable {
    /// The method that computed the interval.
    public enum Method: String, Sendable, CaseIterable {
        /// Bootstrap-t.
        case bootstrap
        /// Student's t with a jackknife standard error.
        case jackknife
        /// Student's t over the results of folds, for shares on the logit scale.
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

    /// Sets the bounds of a t interval around the estimate. For shares, the interval is symmetric on the logit scale, where the
    /// distance from 0 and 1 does not skew it (delta method).
    ///
    /// - Parameter reach: The quantile of Student's t times the standard error of the estimate.
    mutating func setBounds(reach: Double, isShare: Bool, method: Method) {
        self.method = method
        guard isShare else {
            (low, high) = (estimate - reach, estimate + reach)
            return
        }
        guard estimate > 0, estimate < 1 else {
            (low, high) = (max(0, estimate - reach), min(1, estimate + reach))
            return
        }
        let odds = estimate / (1 - estimate)
        let factor = exp(reach / (estimate * (1 - estimate)))
        low = odds / factor / (1 + odds / factor)
        high = factor.isFinite ? odds * factor / (1 + odds * factor) : 1
    }

    /// An unknown metric.
    public static let unknown = ConfidenceInterval(estimate: .nan, low: .nan, high: .nan, level: 0.95)

    /// Returns a quantile of sorted values, interpolated linearly between neighbors (NumPy's default).
    static func quantile(_ sorted: [Double], _ part: Double) -> Double {
        let place = part * Double(sorted.count - 1)
        let below = Int(place.rounded(.down))
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
    }
}
