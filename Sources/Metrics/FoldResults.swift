/// The results of one system on the folds of a cross-validation or on repeated hold-outs: one value per fold,
/// averaged over seeds.
///
/// The training sets of folds overlap, so the results are correlated. If clips of the same speaker are in the
/// training and test sets, the corrected resampled t-test accounts for this: it multiplies the variance between
/// folds by (1 / n + test / train) instead of 1 / n to get the variance of the mean (Nadeau and Bengio 2003).
public struct FoldResults: Sendable {
    /// One value per fold.
    public var values: [Double]
    /// The ratio of the test set size to the training set size, or 0 to treat the folds as independent.
    public var testToTrain: Double
    /// The minimum number of folds for an interval or a test.
    public static let fewest = 3

    /// Creates the results of folds.
    public init(_ values: [Double], testToTrain: Double = 0) {
        self.values = values
        self.testToTrain = testToTrain
    }

    /// The mean over the folds, or NaN without folds.
    public var mean: Double { values.reduce(0, +) / Double(values.count) }

    /// The standard deviation between the folds, or NaN with fewer than two folds.
    public var deviation: Double {
        guard values.count > 1 else { return .nan }
        let mean = mean
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(values.count - 1)).squareRoot()
    }

    /// The standard error of the mean.
    private var error: Double {
        deviation * (1 / Double(values.count) + testToTrain).squareRoot()
    }

    /// Returns the confidence interval of the mean: Student's t with the standard error of the mean on the scale of the
    /// metric, by the jackknife over folds. It has no bounds with fewer than three folds.
    ///
    /// - Parameter metric: The metric; nil for one without bounds.
    public func interval(of metric: Metric? = nil, level: Double = 0.95) -> ConfidenceInterval {
        let (count, sum) = (Double(values.count), values.reduce(0, +))
        guard values.count >= Self.fewest else {
            var interval = ConfidenceInterval(
                estimate: mean, low: .nan, high: .nan, level: level, units: values.count)
            interval.absence = .fewUnits
            return interval
        }
        return ConfidenceInterval(
            mean, others: values.map { (sum - $0) / (count - 1) }, of: metric, level: level,
            units: values.count, method: testToTrain > 0 ? .correctedStudent : .student,
            inflation: 1 + count * testToTrain)
    }

    /// The two-sided p-value for a mean difference of 0, where the values are differences between two systems on
    /// the same folds. NaN with fewer than three folds, or if all differences are equal but not 0, because their
    /// variance is then unknown.
    public var pValue: Double {
        guard values.count >= Self.fewest, values.allSatisfy(\.isFinite) else { return .nan }
        guard values.contains(where: { $0 != 0 }) else { return 1 }
        let size = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard deviation > 1e-12 * size else { return .nan }
        return 2 * StudentT(freedom: Double(values.count - 1)).cumulative(-abs(mean / error))
    }
}
