import Autograd

/// The decrease of a score if the values of a feature, or of a group of features, are shuffled.
///
/// The features of a group are shuffled together: the rows keep the combination of their values.
public struct PermutationImportance: Sendable, Equatable {
    /// The number of times that each group is shuffled.
    public var nRepeats: Int
    /// The features of each group; nil for each feature alone.
    public var groups: [[Int]]?

    /// Creates options.
    public init(nRepeats: Int = 5, groups: [[Int]]? = nil) {
        (self.nRepeats, self.groups) = (nRepeats, groups)
    }

    /// A score of predicted classes against true classes; larger is better.
    public typealias Metric = @Sendable (_ predicted: [Int], _ labels: [Int]) -> Double

    /// Computes the importances for a classifier. The result does not depend on the number of threads.
    public func compute(
        _ model: some Classifier, _ x: Matrix, labels: [Int], metric: @escaping Metric = accuracy,
        generator: RandomGenerator
    ) throws(FittingError) -> PermutationImportances {
        guard labels.count == x.rows else {
            throw FittingError("the labels", found: "\(labels.count)", allowed: "\(x.rows), one per row")
        }
        guard model.features == x.columns else {
            throw FittingError(
                "the data", found: "\(x.columns) columns",
                allowed: "\(model.features), as the model was fitted to")
        }
        return try compute(x, generator: generator) { metric(model.scores($0).largestColumns, labels) }
    }

    /// Computes the importances for any score of a matrix with the same rows; larger is better.
    public func compute(
        _ x: Matrix, generator: RandomGenerator, score: @Sendable (Matrix) -> Double
    ) throws(FittingError) -> PermutationImportances {
        let groups = groups ?? (0..<x.columns).map { [$0] }
        try check(x, groups)
        return compute(rows: x.rows, groups: groups.count, generator: generator) { change in
            guard let change else { return score(x) }
            var shuffled = x
            for (row, source) in change.rows.enumerated() {
                for column in groups[change.group] { shuffled[row, column] = x[source, column] }
            }
            return score(shuffled)
        }
    }

    /// Computes the importances for rows of any kind. The result does not depend on the number of threads.
    ///
    /// - Parameters:
    ///   - progress: Receives the number of shuffled evaluations and their total.
    ///   - score: Returns the score, larger is better: of the rows as they are, or with the values of a group taken from other
    ///     rows. Called on several threads.
    public func compute<Failure>(
        rows: Int, groups: Int, generator: RandomGenerator,
        progress: (@Sendable (_ done: Int, _ total: Int) -> Void)? = nil,
        score: @Sendable (_ change: (group: Int, rows: [Int])?) throws(Failure) -> Double
    ) throws(Failure) -> PermutationImportances {
        let baseline = try score(nil)
        let total = groups * nRepeats
        var decreases: [Double] = []
        let size = max(1, 4 * Parallel.threads)
        for start in stride(from: 0, to: total, by: size) {
            let count = min(size, total - start)
            var scores = [Result<Double, Failure>](repeating: .success(0), count: count)
            scores.withUnsafeMutableBufferPointer { scores in
                Parallel.chunks(count) { index in
                    let (group, turn) = ((start + index) / nRepeats, (start + index) % nRepeats)
                    let order = generator.split("group \(group), repeat \(turn)").permutation(rows)
                    do throws(Failure) { scores[index] = .success(try score((group, order))) } catch {
                        scores[index] = .failure(error)
                    }
                }
            }
            for score in scores {
                let decrease = baseline - (try score.get())
                // A mean over classes may change by rounding alone.
                decreases.append(abs(decrease) < 1e-12 * abs(baseline) ? 0 : decrease)
            }
            progress?(decreases.count, total)
        }
        return PermutationImportances(
            baseline: baseline,
            decreases: (0..<groups).map { Array(decreases[$0 * nRepeats..<($0 + 1) * nRepeats]) })
    }

    private func check(_ x: Matrix, _ groups: [[Int]]) throws(FittingError) {
        try x.check()
        guard nRepeats >= 1 else {
            throw FittingError("\"n_repeats\"", found: "\(nRepeats)", allowed: "at least 1")
        }
        for (index, group) in groups.enumerated() {
            guard !group.isEmpty, group.allSatisfy({ (0..<x.columns).contains($0) }) else {
                throw FittingError(
                    "the group \(index)", found: "\(group)", allowed: "features in 0..<\(x.columns)")
            }
        }
    }

    /// The fraction of correct predictions.
    @Sendable
    public static func accuracy(_ predicted: [Int], _ labels: [Int]) -> Double {
        Double(zip(predicted, labels).count { $0 == $1 }) / Double(labels.count)
    }

    /// The unweighted average recall (UAR): the mean over the classes of the fraction of correct predictions.
    @Sendable
    public static func unweightedAverageRecall(_ predicted: [Int], _ labels: [Int]) -> Double {
        var counts: [Int: (correct: Int, all: Int)] = [:]
        for (found, label) in zip(predicted, labels) {
            counts[label, default: (0, 0)].all += 1
            if found == label { counts[label, default: (0, 0)].correct += 1 }
        }
        let recalls = counts.keys.sorted().map { label in
            counts[label].map { Double($0.correct) / Double($0.all) } ?? 0
        }
        return recalls.reduce(0, +) / Double(recalls.count)
    }
}

/// The result of `PermutationImportance`.
public struct PermutationImportances: Sendable, Equatable {
    /// The score of the data that is not shuffled.
    public let baseline: Double
    /// The decrease of the score in each repeat, for each group.
    public let decreases: [[Double]]

    /// The mean decrease of each group.
    public var means: [Double] {
        decreases.map { values in
            let mean = values.reduce(0, +) / Double(values.count)
            // Decreases that cancel out except for rounding.
            return abs(mean) < 1e-12 * (values.map(abs).max() ?? 0) ? 0 : mean
        }
    }

    /// The standard deviation over the repeats of each group, with the divisor n as in scikit-learn.
    public var standardDeviations: [Double] {
        zip(decreases, means).map { values, mean in
            (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
        }
    }

    /// The 95 % confidence interval of the mean decrease of each group (Student's t over the repeats); nil for a single
    /// repeat.
    public var intervals: [ClosedRange<Double>]? {
        guard let count = decreases.first?.count, count > 1 else { return nil }
        let factor = StudentQuantile.twoSided95(degrees: count - 1) / Double(count - 1).squareRoot()
        return zip(means, standardDeviations).map { $0 - factor * $1...$0 + factor * $1 }
    }
}

/// Quantiles of Student's t distribution.
enum StudentQuantile {
    private static let table = [
        12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281, 2.2010, 2.1788,
        2.1604,
        2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
    ]

    /// Returns the quantile 0.975, with an error below 1e-4. From 21 degrees of freedom on, by the expansion around the
    /// normal quantile.
    static func twoSided95(degrees: Int) -> Double {
        if degrees <= table.count { return table[degrees - 1] }
        let (z, n) = (1.959_963_984_540_054, Double(degrees))
        let (z3, z5, z7) = (z * z * z, z * z * z * z * z, z * z * z * z * z * z * z)
        return z + (z3 + z) / (4 * n) + (5 * z5 + 16 * z3 + 3 * z) / (96 * n * n)
            + (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * n * n * n)
    }
}

extension Matrix {
    /// The column of the largest value of each row, the first one if there are several.
    var largestColumns: [Int] {
        (0..<rows).map { row in
            let values = self[row: row]
            var best = values.startIndex
            for i in values.indices where values[i] > values[best] { best = i }
            return best - values.startIndex
        }
    }
}
