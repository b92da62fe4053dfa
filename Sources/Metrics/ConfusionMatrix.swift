/// A confusion matrix, true against predicted classes: what every metric of predicted classes is computed from.
public struct ConfusionMatrix: Sendable, Equatable {
    /// The names of the classes, in the order of rows and columns.
    public let classes: [String]
    /// `counts[truth][prediction]`
    public private(set) var counts: [[Int]]

    /// An empty matrix.
    public init(classes: [String]) {
        self.classes = classes
        counts = Array(repeating: Array(repeating: 0, count: classes.count), count: classes.count)
    }

    /// The matrix of some decisions. Fails with a `MetricProblem` where a number is no class or the lists differ in length.
    public init(classes: [String], truths: [Int], predictions: [Int]) throws(MetricProblem) {
        self.init(classes: classes)
        guard truths.count == predictions.count else {
            throw MetricProblem(
                "\(truths.count) truths and \(predictions.count) predictions; expected as many")
        }
        for (truth, prediction) in zip(truths, predictions) {
            guard classes.indices.contains(truth), classes.indices.contains(prediction) else {
                throw MetricProblem(
                    "truth \(truth) and prediction \(prediction); expected class numbers below \(classes.count)"
                )
            }
            counts[truth][prediction] += 1
        }
    }

    /// The matrix whose rows stand one behind the other in `flat`.
    init(classes: [String], flat: [Int]) {
        self.classes = classes
        counts = classes.indices.map { Array(flat[$0 * classes.count..<($0 + 1) * classes.count]) }
    }

    /// All decisions.
    public var total: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }

    /// The examples of each class.
    public var supports: [Int] { counts.map { $0.reduce(0, +) } }

    /// How often each class was predicted.
    public var predicted: [Int] {
        classes.indices.map { column in counts.reduce(0) { $0 + $1[column] } }
    }

    /// The part of decisions that is right; 0 without decisions. Precision, recall and F1 over all classes together (their micro
    /// averages) are the same number.
    public var accuracy: Double {
        ratio(classes.indices.reduce(0) { $0 + counts[$1][$1] }, total)
    }

    /// Of what was predicted as a class, the part that is one; 0 for a class that was never predicted.
    public var precisions: [Double] { zip(classes.indices, predicted).map { ratio(counts[$0][$0], $1) } }

    /// Of the examples of a class, the part that was found; 0 for a class without examples.
    public var recalls: [Double] { zip(classes.indices, supports).map { ratio(counts[$0][$0], $1) } }

    /// The harmonic mean of precision and recall of each class. Taken from the counts at once: 3 / 8 is then 0.375 to the
    /// bit and a report rounds it as scikit-learn does.
    public var f1Scores: [Double] {
        classes.indices.map { ratio(2 * counts[$0][$0], supports[$0] + predicted[$0]) }
    }

    /// The mean recall over the classes that occur (unweighted average recall, UAR).
    public var balancedAccuracy: Double {
        let found = zip(recalls, supports).filter { $0.1 > 0 }.map(\.0)
        return found.isEmpty ? 0 : found.reduce(0, +) / Double(found.count)
    }

    /// The plain mean of a number per class.
    public func macro(_ perClass: [Double]) -> Double {
        perClass.isEmpty ? 0 : perClass.reduce(0, +) / Double(perClass.count)
    }

    /// The mean of a number per class, weighted by the class's examples.
    public func weighted(_ perClass: [Double]) -> Double {
        let sum = zip(perClass, supports).reduce(0) { $0 + $1.0 * Double($1.1) }
        return total == 0 ? 0 : sum / Double(total)
    }

    /// Cohen's kappa: agreement beyond what chance would give. With `quadratic` a mistake weighs the square of how far
    /// apart the class numbers are.
    public func kappa(quadratic: Bool = false) -> Double {
        let n = Double(total)
        guard n > 0 else { return 0 }
        let (rows, columns) = (supports, predicted)
        var (observed, expected) = (0.0, 0.0)
        for i in classes.indices {
            for j in classes.indices {
                let weight = quadratic ? Double((i - j) * (i - j)) : (i == j ? 0 : 1)
                observed += weight * Double(counts[i][j])
                expected += weight * Double(rows[i]) * Double(columns[j]) / n
            }
        }
        return expected == 0 ? 0 : 1 - observed / expected
    }

    /// Matthews' correlation of truth and prediction.
    public var matthews: Double {
        let n = Double(total)
        let right = Double(classes.indices.reduce(0) { $0 + counts[$1][$1] })
        let (rows, columns) = (supports.map(Double.init), predicted.map(Double.init))
        let both = zip(rows, columns).reduce(0) { $0 + $1.0 * $1.1 }
        let spread =
            (n * n - rows.reduce(0) { $0 + $1 * $1 }) * (n * n - columns.reduce(0) { $0 + $1 * $1 })
        return spread == 0 ? 0 : (right * n - both) / spread.squareRoot()
    }

    private func ratio(_ part: Int, _ whole: Int) -> Double { whole == 0 ? 0 : Double(part) / Double(whole) }
}

/// Input that a metric cannot be computed from.
public struct MetricProblem: Error, CustomStringConvertible, Sendable, Equatable {
    /// What was found, and what is expected.
    public let description: String

    /// A problem in words.
    public init(_ description: String) { self.description = description }
}
