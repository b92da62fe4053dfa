/// The score of a class without any row of the training set, and the logarithm of a probability of 0.
let absentScore = -1e30

/// The checked training rows of a classifier: those with a positive weight, with labels that skip absent classes.
struct LabeledRows {
    /// The rows.
    let x: Matrix
    /// The label of each row, an index into `present`.
    let labels: [Int]
    /// The weight of each row, if they differ.
    let weights: [Double]?
    /// The classes with a row, in ascending order.
    let present: [Int]
    /// The number of all classes.
    let classes: Int

    init(_ x: Matrix, labels: [Int], classes: Int, weights: [Double]?) throws(FittingError) {
        try x.check(labels: labels, classes: classes, weights: weights)
        let kept = weights.map { weights in labels.indices.filter { weights[$0] > 0 } }
        let keptLabels = kept.map { $0.map { labels[$0] } } ?? labels
        present = Set(keptLabels).sorted()
        guard present.count > 1 else {
            throw FittingError(
                "the weights", found: "a single class with positive weights", allowed: "at least two classes")
        }
        var position = [Int](repeating: 0, count: classes)
        for (index, label) in present.enumerated() { position[label] = index }
        self.labels = keptLabels.map { position[$0] }
        self.x = kept.map { $0.count == x.rows ? x : x.rows($0) } ?? x
        self.weights = weights.flatMap { weights in kept.map { $0.map { weights[$0] } } }
        self.classes = classes
    }

    /// The number of rows of each present class.
    var counts: [Int] {
        var counts = [Int](repeating: 0, count: present.count)
        for label in labels { counts[label] += 1 }
        return counts
    }
}

/// The weights of the classes, `class_weight`.
public enum ClassWeight: Sendable, Equatable {
    /// All classes have weight 1.
    case none
    /// The weights are inversely proportional to the class frequencies: rows / (classes * rows of the class).
    case balanced
    /// One weight per class.
    case values([Double])

    /// Returns the weight of each present class.
    func factors(_ rows: LabeledRows, countingWeights: Bool = false) throws(FittingError) -> [Double] {
        switch self {
        case .none: return rows.present.map { _ in 1 }
        case .balanced:
            var totals = [Double](repeating: 0, count: rows.present.count)
            for (row, label) in rows.labels.enumerated() {
                totals[label] += countingWeights ? rows.weights?[row] ?? 1 : 1
            }
            let sum = totals.reduce(0, +)
            return totals.map { sum / (Double(totals.count) * $0) }
        case .values(let values):
            guard values.count == rows.classes else {
                throw FittingError(
                    "\"class_weight\"", found: "\(values.count) weights",
                    allowed: "\(rows.classes), one per class")
            }
            guard let bad = values.firstIndex(where: { !($0.isFinite && $0 > 0) }) else {
                return rows.present.map { values[$0] }
            }
            throw FittingError(
                "\"class_weight\" of class \(bad)", found: "\(values[bad])", allowed: "a positive value")
        }
    }

    /// Returns the weight of each row times that of its class, or nil if all are 1.
    func rowWeights(_ rows: LabeledRows, countingWeights: Bool = false) throws(FittingError) -> [Double]? {
        if self == .none { return rows.weights }
        let factors = try factors(rows, countingWeights: countingWeights)
        return rows.labels.enumerated().map { factors[$1] * (rows.weights?[$0] ?? 1) }
    }
}

/// Throws unless an option is a finite value above a bound.
func require(_ name: String, _ value: Double, above bound: Double) throws(FittingError) {
    guard value.isFinite, value > bound else {
        throw FittingError("\"\(name)\"", found: "\(value)", allowed: "a finite value above \(bound)")
    }
}

/// Throws unless an option is a finite value in a range.
func require(_ name: String, _ value: Double, in range: ClosedRange<Double>) throws(FittingError) {
    guard value.isFinite, range.contains(value) else {
        let allowed =
            range.upperBound == .infinity
            ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
        throw FittingError("\"\(name)\"", found: "\(value)", allowed: allowed)
    }
}

/// Throws unless an integer option reaches a lower bound.
func require(_ name: String, _ value: Int, atLeast bound: Int) throws(FittingError) {
    guard value >= bound else {
        throw FittingError("\"\(name)\"", found: "\(value)", allowed: "at least \(bound)")
    }
}
