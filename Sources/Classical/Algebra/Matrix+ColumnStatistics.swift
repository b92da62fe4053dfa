extension Matrix {
    /// Returns the mean of each column, weighted if there are weights.
    func columnMeans(weights: [Double]? = nil) -> [Double] {
        var means = [Double](repeating: 0, count: columns)
        var total = 0.0
        for row in 0..<rows {
            let weight = weights?[row] ?? 1
            total += weight
            for (column, value) in self[row: row].enumerated() { means[column] += weight * value }
        }
        return means.map { $0 / total }
    }

    /// Returns the mean and the (population) variance of each column, by two passes with a correction.
    func columnMoments(weights: [Double]? = nil) -> (means: [Double], variances: [Double]) {
        let means = columnMeans(weights: weights)
        var squares = [Double](repeating: 0, count: columns)
        var rest = [Double](repeating: 0, count: columns)
        var total = 0.0
        for row in 0..<rows {
            let weight = weights?[row] ?? 1
            total += weight
            for (column, value) in self[row: row].enumerated() {
                let deviation = value - means[column]
                squares[column] += weight * deviation * deviation
                rest[column] += weight * deviation
            }
        }
        let variances = zip(squares, rest).map { square, rest -> Double in
            let variance = (square - rest * rest / total) / total
            return variance < 0 ? 0 : variance
        }
        return (means, variances)
    }

    /// Returns the matrix with a value per column subtracted.
    func subtracting(_ center: [Double]) -> Matrix {
        var result = self
        for row in 0..<rows { for column in 0..<columns { result[row, column] -= center[column] } }
        return result
    }

    /// Stops the program unless the matrix has as many columns as a model has features.
    func require(features: Int) {
        precondition(columns == features, "expected a matrix with \(features) columns, found \(columns)")
    }

    /// Returns whether a column has the same value in all rows.
    func isConstant(_ column: Int) -> Bool { (0..<rows).allSatisfy { self[$0, column] == self[0, column] } }

    /// Returns the values of a column.
    package func column(_ index: Int) -> [Double] { (0..<rows).map { self[$0, index] } }
}

/// Throws if a value that was computed from the data is not finite.
func requireFinite(_ values: [Double], _ what: String) throws(FittingError) {
    guard let index = values.firstIndex(where: { !$0.isFinite }) else { return }
    throw FittingError(
        "\(what) \(index)", found: "\(values[index])",
        allowed: "a finite result (scale the data: their values are too large)")
}

extension Matrix {
    /// Throws unless there is one finite target per row.
    func check(targets: [Double]) throws(FittingError) {
        guard targets.count == rows else {
            throw FittingError("the targets", found: "\(targets.count)", allowed: "\(rows), one per row")
        }
        guard let row = targets.firstIndex(where: { !$0.isFinite }) else { return }
        throw FittingError("the target of row \(row)", found: "\(targets[row])", allowed: "a finite value")
    }
}
