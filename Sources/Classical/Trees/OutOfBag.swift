import Autograd

/// The predictions of a forest for its training rows, each by the trees that were grown without the row.
public struct OutOfBag: Sendable, Equatable {
    /// The class probabilities or the predicted value of each row; 0 for rows that every tree was grown with.
    public let predictions: Matrix
    /// The number of trees that were grown without each row.
    public let trees: [Int]
    /// The accuracy of a classifier or the coefficient of determination of a regression model, over the rows that have
    /// a prediction; NaN if there is none.
    public let score: Double

    init(_ ensemble: TreeEnsemble, _ x: Matrix, labels: [Int], bags: [RowSet]) {
        (predictions, trees) = Self.predict(ensemble, x, bags)
        var correct = 0
        let covered = labels.indices.filter { [trees] in trees[$0] > 0 }
        for row in covered {
            let shares = predictions[row: row]
            if let largest = shares.max(), shares[shares.startIndex + labels[row]] == largest,
                shares.firstIndex(of: largest) == shares.startIndex + labels[row]
            {
                correct += 1
            }
        }
        score = Double(correct) / Double(covered.count)
    }

    init(_ ensemble: TreeEnsemble, _ x: Matrix, targets: [Double], bags: [RowSet]) {
        (predictions, trees) = Self.predict(ensemble, x, bags)
        let covered = targets.indices.filter { [trees] in trees[$0] > 0 }
        let mean = covered.reduce(0) { $0 + targets[$1] } / Double(covered.count)
        var (residual, total) = (0.0, 0.0)
        for row in covered {
            let error = targets[row] - predictions[row, 0]
            residual += error * error
            total += (targets[row] - mean) * (targets[row] - mean)
        }
        score = 1 - residual / total
    }

    private static func predict(_ ensemble: TreeEnsemble, _ x: Matrix, _ bags: [RowSet]) -> (Matrix, [Int]) {
        var sums = Matrix(rows: x.rows, columns: ensemble.outputs)
        var counts = Array(repeating: 0, count: x.rows)
        sums.values.withUnsafeMutableBufferPointer { sums in
            counts.withUnsafeMutableBufferPointer { counts in
                ensemble.nodes.withUnsafeBufferPointer { nodes in
                    guard let nodes = nodes.baseAddress else { return }
                    Parallel.elements(x.rows, grain: 64) { rows in
                        for row in rows {
                            let values = x[row: row].map { Float($0) }
                            let width = ensemble.outputs
                            for tree in bags.indices where !bags[tree].contains(row) {
                                let leaf = TreeEnsemble.leaf(nodes, root: ensemble.roots[tree]) { values[$0] }
                                let start = Int(nodes[leaf].leaf) * width
                                for i in 0..<width { sums[row * width + i] += ensemble.leafValues[start + i] }
                                counts[row] += 1
                            }
                            for i in 0..<width where counts[row] > 0 {
                                sums[row * width + i] /= Double(counts[row])
                            }
                        }
                    }
                }
            }
        }
        return (sums, counts)
    }
}
