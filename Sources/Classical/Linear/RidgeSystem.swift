/// The closed form of ridge regression for several targets.
struct RidgeSystem {
    /// The weights, [targets, features].
    let weight: Matrix
    /// The intercept of each target.
    let intercept: [Double]

    /// Minimizes Σ wᵢ |yᵢ - b - W xᵢ|² + alpha |W|², where `targets` is [rows, targets].
    init(
        _ x: Matrix, targets: Matrix, weights: [Double]?, alpha: Double, fitIntercept: Bool
    ) throws(FittingError) {
        let zero = [Double](repeating: 0, count: x.columns)
        let means = fitIntercept ? x.columnMeans(weights: weights) : zero
        let targetMeans =
            fitIntercept
            ? targets.columnMeans(weights: weights) : [Double](repeating: 0, count: targets.columns)
        if x.rows < x.columns {
            var rows = x.subtracting(means)
            var values = targets.subtracting(targetMeans)
            if let weights {
                for row in 0..<x.rows {
                    let scale = weights[row].squareRoot()
                    for column in 0..<x.columns { rows[row, column] *= scale }
                    for column in 0..<targets.columns { values[row, column] *= scale }
                }
            }
            let solved = try RidgeSystem.solve(
                rows.productTransposed(rows), right: values.transposed, alpha: alpha)
            weight = solved.product(rows)
        } else {
            let sums = ColumnProducts(
                x, center: fitIntercept ? means : nil, with: targets,
                otherCenter: fitIntercept ? targetMeans : nil,
                weights: weights)
            weight = try RidgeSystem.solve(sums.gram, right: sums.cross, alpha: alpha)
        }
        let weight = weight
        intercept = targetMeans.indices.map { target in
            targetMeans[target] - zip(weight[row: target], means).reduce(0) { $0 + $1.0 * $1.1 }
        }
    }

    /// Solves (A + alpha I) x = b for each row b.
    private static func solve(_ system: Matrix, right: Matrix, alpha: Double) throws(FittingError) -> Matrix {
        var system = system
        for i in 0..<system.rows { system[i, i] += alpha }
        try requireFinite(system.values, "sum of products")
        // Without regularization the system may be singular; of all solutions, the shortest is taken.
        return Cholesky(system)?.solve(rows: right) ?? SymmetricEigen(system).solve(rows: right)
    }
}
