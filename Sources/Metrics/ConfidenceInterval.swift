import Glibc

/// A metric with its confidence interval.
public struct ConfidenceInterval: Sendable, Equatable {
    /// The method that computed the interval.
    public enum Method: String, Sendable, CaseIterable {
        /// Student's t with the jackknife standard error and a correction for skewness, over speakers or clips.
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
    ///   - inflation: A factor of the variance.
    ///   - effectiveShare: The effective number of units divided by their number, for a correction for skewness; nil for none.
    init(
        _ estimate: Double, others: [Double], of metric: Metric?, level: Double, units: Int, method: Method,
        inflation: Double = 1, effectiveShare: Double? = nil
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
        let scale = metric?.scale ?? .identity
        let (center, scaled) = (scale(estimate), others.map { scale($0) })
        guard center.isFinite, scaled.allSatisfy(\.isFinite) else {
            absence = .oneUnit
            return
        }
        let count = Double(others.count)
        let mean = scaled.reduce(0, +) / count
        let squares = scaled.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let error = (squares * (count - 1) / count * inflation).squareRoot()
        let share = effectiveShare ?? 1
        let quantile = StudentT(freedom: max(share * count - 1, Self.leastFreedom)).quantile((1 + level) / 2)
        let cubes = scaled.reduce(0) { sum, value in
            sum + (mean - value) * (mean - value) * (mean - value)
        }
        let hasCorrection = effectiveShare != nil && squares > 0
        let skewness = hasCorrection ? cubes / (squares * squares.squareRoot()) : 0
        let bend = -skewness * share * share * share / 3
        (low, high) = (
            scale.inverse(center - error * Self.bent(quantile, bend)),
            scale.inverse(center - error * Self.bent(-quantile, bend))
        )
        self.method = method
    }

    /// The least degrees of freedom, where one unit has most of the examples.
    private static let leastFreedom = 1.5

    /// Returns the quantile of a skewed studentized estimate for the quantile q of a symmetric one. To second order it is the
    /// polynomial of Johnson (1978), q + bend (1 + 2 q^2) / 4, but it always increases with q.
    private static func bent(_ quantile: Double, _ bend: Double) -> Double {
        guard abs(bend) > 1e-9 else { return quantile }
        return expm1(bend * quantile) / bend + bend / 4
    }

    /// An unknown metric.
    public static let unknown = ConfidenceInterval(estimate: .nan, low: .nan, high: .nan, level: 0.95)
}
