import Glibc

/// A metric with its confidence interval.
public struct ConfidenceInterval: Sendable, Equatable {
    /// The method that computed the interval.
    public enum Method: String, Sendable, CaseIterable {
        /// Student's t with the jackknife standard error, over speakers or clips.
        case jackknife
        /// Student's t over the results of folds.
        case student
        /// The corrected resampled t of Nadeau and Bengio over the results of folds.
        case correctedStudent = "corrected_student"
    }

    /// The reason why there is no interval.
    public enum Absence: String, Sendable, CaseIterable {
        /// There are fewer than three independent units.
        case fewUnits = "few_units"
        /// The metric is the same without any of the units.
        case equalUnits = "equal_units"
        /// Without one of the units, the metric would be at its bound: only this unit has errors, for example.
        case oneUnit = "one_unit"
        /// The metric is undefined, or it would be without one of the units.
        case undefined
        /// Small samples overestimate the metric by more than their sampling error.
        case biased
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
    /// Why there is no interval; nil with an interval, or if none was requested.
    public var absence: Absence?

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

    /// Computes Student's t interval with the jackknife standard error on the scale of the metric (Tukey 1958, Efron and
    /// Stein 1981).
    ///
    /// - Parameters:
    ///   - estimate: The metric of all units.
    ///   - others: For each unit, or each group of units, the metric of the others.
    ///   - metric: The metric; nil for one without bounds.
    ///   - scale: The scale, instead of that of the metric.
    ///   - inflation: A factor of the variance.
    init(
        _ estimate: Double, others: [Double], of metric: Metric?, scale: MetricScale? = nil, level: Double,
        units: Int, method: Method,
        inflation: Double = 1
    ) {
        self.init(estimate: estimate, low: .nan, high: .nan, level: level, units: units)
        guard level > 0, level < 1 else { return }
        absence =
            metric?.isBiased == true
            ? .biased : !estimate.isFinite || others.contains(where: \.isNaN) ? .undefined : nil
        guard absence == nil else { return }
        guard others.contains(where: { abs($0 - estimate) > 1e-12 }) else {
            absence = .equalUnits
            return
        }
        let scale = scale ?? metric?.scale ?? .identity
        let (center, scaled) = (scale(estimate), others.map { scale($0) })
        guard center.isFinite, scaled.allSatisfy(\.isFinite) else {
            absence = .oneUnit
            return
        }
        let count = Double(others.count)
        let mean = scaled.reduce(0, +) / count
        let squares = scaled.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let error = (squares * (count - 1) / count * inflation).squareRoot()
        let reach = StudentT(freedom: count - 1).quantile((1 + level) / 2) * error
        (low, high) = (scale.inverse(center - reach), scale.inverse(center + reach))
        self.method = method
    }

    /// An unknown metric.
    public static let unknown = ConfidenceInterval(estimate: .nan, low: .nan, high: .nan, level: 0.95)
}
