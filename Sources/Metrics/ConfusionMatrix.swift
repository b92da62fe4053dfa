import Autograd

/// A confusion matrix of true against predicted classes, from which the metrics of predicted classes are computed.
public struct ConfusionMatrix: Sendable, Equatable {
    /// The class names, in the order of rows and columns.
    public let classes: [String]
    /// `counts[truth][prediction]`
    public private(set) var counts: [[Int]]

    /// Creates an empty matrix.
    public init(classes: [String]) {
        self.classes = classes
        counts = Array(repeating: Array(repeating: 0, count: classes.count), count: classes.count)
    }

    /// Creates the matrix of true and predicted classes. Throws an `InputError` if a class index is invalid or
    /// the lengths differ.
    public init(classes: [String], truths: [Int], predictions: [Int]) throws(InputError) {
        self.init(classes: classes)
        guard truths.count == predictions.count else {
            throw InputError(
                "\(truths.count) true classes and \(predictions.count) predictions; expected the same number")
        }
        for (truth, prediction) in zip(truths, predictions) {
            guard classes.indices.contains(truth), classes.indices.contains(prediction) else {
                throw InputError(
                    "true class \(truth) and prediction \(prediction); expected class indices below \(classes.count)"
                )
            }
            counts[truth][prediction] += 1
        }
    }

    /// Creates a matrix from its rows, concatenated in `flat`.
    init(classes: [String], flat: [Int]) {
        self.classes = classes
        counts = classes.indices.map { Array(flat[$0 * classes.count..<($0 + 1) * classes.count]) }
    }

    /// The number of examples.
    public var total: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }

    /// The number of examples of each class (support).
    public var supports: [Int] { counts.map { $0.reduce(0, +) } }

    /// The number of predictions of each class.
    public var predicted: [Int] {
        classes.indices.map { column in counts.reduce(0) { $0 + $1[column] } }
    }

    /// The proportion of correct predictions, or 0 without examples. Micro-averaged precision, recall and F1 are
    /// equal to it.
    public var accuracy: Double {
        ratio(classes.indices.reduce(0) { $0 + counts[$1][$1] }, total)
    }

    /// The precision of each class, or 0 for a class that was never predicted.
    public var precisions: [Double] { zip(classes.indices, predicted).map { ratio(counts[$0][$0], $1) } }

    /// The recall of each class, or 0 for a class without examples.
    public var recalls: [Double] { zip(classes.indices, supports).map { ratio(counts[$0][$0], $1) } }

    /// The F1 score of each class. Computed directly from the counts, so that 3 / 8 is exactly 0.375 and rounds as
    /// in scikit-learn.
    public var f1Scores: [Double] {
        classes.indices.map { ratio(2 * counts[$0][$0], supports[$0] + predicted[$0]) }
    }

    /// The mean recall over the classes that have examples (unweighted average recall, UAR).
    public var balancedAccuracy: Double {
        let found = zip(recalls, supports).filter { $0.1 > 0 }.map(\.0)
        return found.isEmpty ? 0 : found.reduce(0, +) / Double(found.count)
    }

    /// Returns the unweighted mean of a value per class (macro average).
    public func macro(_ perClass: [Double]) -> Double {
        perClass.isEmpty ? 0 : perClass.reduce(0, +) / Double(perClass.count)
    }

    /// Returns the mean of a value per class, weighted by support.
    public func weighted(_ perClass: [Double]) -> Double {
        let sum = zip(perClass, supports).reduce(0) { $0 + $1.0 * Double($1.1) }
        return total == 0 ? 0 : sum / Double(total)
    }

    /// Returns Cohen's kappa, the agreement beyond chance. With `quadratic`, errors are weighted by the squared
    /// distance between the class indices.
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

    /// The Matthews correlation coefficient.
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
