/// A fitted support vector classifier.
public struct SupportVectorClassifier: Classifier, Equatable {
    public let classes: Int
    /// The classes with a row in the training set, in ascending order.
    public let present: [Int]
    let machine: SupportVectors
    /// The number of support vectors of each present class.
    public let supportCounts: [Int]
    /// The signed coefficients of the support vectors, [present classes - 1, support vectors]: of a vector of class a,
    /// row b - 1 for a pair with a later class b and row b for one with an earlier class b.
    public let dualCoefficients: Matrix
    /// The offset of each pair of present classes (0, 1), (0, 2), ..., (1, 2), ...
    public let intercepts: [Double]
    let scalings: [PlattScaling]?
    /// The shape of `decisionFunction`.
    public let shape: SVCOptions.DecisionFunctionShape
    /// Whether confidences decide between classes with equally many votes.
    public let breakTies: Bool
    /// Whether all pairs reached the tolerance within the iteration limit.
    public let converged: Bool

    init(
        classes: Int, present: [Int], machine: SupportVectors, supportCounts: [Int], dualCoefficients: Matrix,
        intercepts: [Double], scalings: [PlattScaling]?, shape: SVCOptions.DecisionFunctionShape,
        breakTies: Bool,
        converged: Bool
    ) {
        (self.classes, self.present, self.machine) = (classes, present, machine)
        (self.supportCounts, self.dualCoefficients) = (supportCounts, dualCoefficients)
        (self.intercepts, self.scalings) = (intercepts, scalings)
        (self.shape, self.breakTies, self.converged) = (shape, breakTies, converged)
    }

    public var features: Int { machine.vectors.columns }

    /// The support vectors, sorted by class.
    public var supportVectors: Matrix { machine.vectors }

    /// The coefficient gamma of the kernel.
    public var gamma: Double { machine.function.gamma }

    /// The kernel.
    public var kernel: SVMKernel { machine.function.kernel }
    /// The constant of the kernels `poly` and `sigmoid`.
    public var coef0: Double { machine.function.coef0 }
    /// The degree of the kernel `poly`.
    public var degree: Int { machine.function.degree }

    /// The parameters of the sigmoid that calibrates the decision of each pair; nil without calibration.
    public var calibration: [(a: Double, b: Double)]? { scalings?.map { ($0.a, $0.b) } }

    /// Whether `probabilities` are calibrated, which the option `probability` enables.
    public var isCalibrated: Bool { scalings != nil }

    /// Returns the decision of each pair of present classes (0, 1), (0, 2), ..., (1, 2), ...; positive for the first
    /// class of the pair.
    public func pairDecisions(_ x: Matrix) -> Matrix {
        let count = present.count
        var starts = [0]
        for count in supportCounts { starts.append(starts[starts.count - 1] + count) }
        // The coefficients as [support vectors, pairs].
        var coefficients = Matrix(rows: machine.vectors.rows, columns: intercepts.count)
        var pair = 0
        for a in 0..<count {
            for b in a + 1..<max(count, a + 1) {
                for vector in starts[a]..<starts[a + 1] {
                    coefficients[vector, pair] = dualCoefficients[b - 1, vector]
                }
                for vector in starts[b]..<starts[b + 1] {
                    coefficients[vector, pair] = dualCoefficients[a, vector]
                }
                pair += 1
            }
        }
        var result = machine.sums(x, coefficients)
        for row in 0..<x.rows {
            for pair in intercepts.indices { result[row, pair] += intercepts[pair] }
        }
        return result
    }

    /// Returns the decision function in the shape that the options ask for: one column per class or per pair. For two
    /// present classes and `ovo`, the column is positive for the first class.
    public func decisionFunction(_ x: Matrix) -> Matrix {
        shape == .ovo ? pairDecisions(x) : classDecisions(pairDecisions(x)).decisions
    }

    /// Returns the predicted class of each row: that with the most votes of the pairs.
    public func predictions(_ x: Matrix) -> [Int] {
        let scores = scores(x)
        return (0..<x.rows).map { row in
            let values = Array(scores[row: row])
            return values.indices.reduce(0) { values[$1] > values[$0] ? $1 : $0 }
        }
    }

    /// Returns scikit-learn's decision function of shape `ovr`. Without `breakTies`, the score of the first of the
    /// classes with the most votes is raised to the largest, so that it is the one predicted.
    public func scores(_ x: Matrix) -> Matrix {
        var (scores, votes) = classDecisions(pairDecisions(x))
        if breakTies || present.count == 2 { return scores }
        for row in 0..<x.rows {
            let first = present.indices.reduce(0) { votes[row, $1] > votes[row, $0] ? $1 : $0 }
            scores[row, present[first]] = scores[row: row].max() ?? 0
        }
        return scores
    }

    /// Returns the votes of each present class, and the votes plus scaled confidences of all classes.
    private func classDecisions(_ pairs: Matrix) -> (decisions: Matrix, votes: Matrix) {
        var decisions = Matrix(rows: pairs.rows, columns: classes, repeating: absentScore)
        var votes = Matrix(rows: pairs.rows, columns: present.count)
        for row in 0..<pairs.rows {
            if present.count == 2 {
                decisions[row, present[0]] = pairs[row, 0]
                decisions[row, present[1]] = -pairs[row, 0]
                continue
            }
            var confidences = [Double](repeating: 0, count: present.count)
            var pair = 0
            for a in present.indices {
                for b in a + 1..<max(present.count, a + 1) {
                    let decision = pairs[row, pair]
                    confidences[a] += decision
                    confidences[b] -= decision
                    votes[row, decision < 0 ? b : a] += 1
                    pair += 1
                }
            }
            for (index, label) in present.enumerated() {
                let sum = confidences[index]
                decisions[row, label] = votes[row, index] + sum / (3 * (abs(sum) + 1))
            }
        }
        return (decisions, votes)
    }

    /// Returns calibrated probabilities (Platt scaling of the pairs, then coupling) if the option `probability` was on;
    /// otherwise the softmax of the scores, which is only a ranking.
    public func probabilities(_ x: Matrix) -> Matrix {
        guard let scalings else { return scores(x).softmax() }
        let decisions = pairDecisions(x)
        var result = Matrix(rows: x.rows, columns: classes)
        let count = present.count
        for row in 0..<x.rows {
            var pairs = [Double](repeating: 0, count: count * count)
            var pair = 0
            for a in 0..<count {
                for b in a + 1..<max(count, a + 1) {
                    let value = min(max(scalings[pair].probability(decisions[row, pair]), 1e-7), 1 - 1e-7)
                    (pairs[a * count + b], pairs[b * count + a]) = (value, 1 - value)
                    pair += 1
                }
            }
            let values = coupledProbabilities(pairs, classes: count)
            for (index, label) in present.enumerated() { result[row, label] = values[index] }
        }
        return result
    }

    public var arrays: [NamedArray] {
        var arrays = machine.arrays
        arrays += [
            NamedArray("classes", Double(classes)), NamedArray("present", present.map(Double.init)),
            NamedArray("n_support", supportCounts.map(Double.init)),
            NamedArray("dual_coef", dualCoefficients),
            NamedArray("intercept", intercepts), NamedArray("ovo", shape == .ovo ? 1 : 0),
            NamedArray("break_ties", breakTies ? 1 : 0), NamedArray("converged", converged ? 1 : 0),
        ]
        if let scalings {
            arrays += [NamedArray("prob_a", scalings.map(\.a)), NamedArray("prob_b", scalings.map(\.b))]
        }
        return arrays
    }

    public init(arrays: [NamedArray]) throws(FittingError) {
        let reader = ArrayReader(arrays)
        let machine = try SupportVectors(reader)
        let classes = try reader.integer("classes", in: 2..<1 << 24)
        let present = try reader.integers("present", in: 0..<classes)
        guard present.count > 1, zip(present, present.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw FittingError(
                "the array \"present\"", found: "\(present)", allowed: "at least two ascending classes")
        }
        let vectors = machine.vectors.rows
        let counts = try reader.integers("n_support", in: 0..<vectors + 1, count: present.count)
        guard counts.reduce(0, +) == vectors else {
            throw FittingError(
                "the array \"n_support\"", found: "\(counts)", allowed: "counts with the sum \(vectors)")
        }
        let pairs = present.count * (present.count - 1) / 2
        var scalings: [PlattScaling]?
        if reader.contains("prob_a") {
            let a = try reader.vector("prob_a", count: pairs)
            scalings = zip(a, try reader.vector("prob_b", count: pairs)).map { PlattScaling(a: $0, b: $1) }
        }
        self.init(
            classes: classes, present: present, machine: machine, supportCounts: counts,
            dualCoefficients: try reader.matrix("dual_coef", rows: present.count - 1, columns: vectors),
            intercepts: try reader.vector("intercept", count: pairs), scalings: scalings,
            shape: try reader.flag("ovo") ? .ovo : .ovr, breakTies: try reader.flag("break_ties"),
            converged: try reader.flag("converged"))
    }
}
