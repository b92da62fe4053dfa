/// The problem ½ |w|² + Σ cᵢ max(0, 1 - yᵢ w·xᵢ)², solved by a finite Newton method: the minimum for the current set of
/// rows within the margin is a ridge regression, and a line search guards the step towards it.
struct SquaredHinge {
    let x: Matrix
    let y: [Double]
    let costs: [Double]
    /// The products of all rows, if there are fewer rows than columns.
    let gram: Matrix?

    struct Solution: Sendable {
        var weight: [Double]
        var converged: Bool
    }

    func solve(tolerance: Double, maxIterations: Int) -> Solution {
        var weight = [Double](repeating: 0, count: x.columns)
        var margins = [Double](repeating: 0, count: x.rows)
        var limit = 0.0
        for iteration in 0..<maxIterations {
            let active = y.indices.filter { y[$0] * margins[$0] < 1 }
            let gradient = gradient(weight, margins, active)
            if iteration == 0 { limit = tolerance * largest(gradient) }
            if largest(gradient) <= limit { return Solution(weight: weight, converged: true) }
            guard let target = minimum(for: active) else { break }
            let direction = zip(target, weight).map(-)
            let changes = x.product(Matrix(rows: x.columns, columns: 1, values: direction)).values
            let size = step(weight, direction, margins, changes)
            guard size > 0 else { break }
            for i in weight.indices { weight[i] += size * direction[i] }
            for i in margins.indices { margins[i] += size * changes[i] }
        }
        return Solution(weight: weight, converged: false)
    }

    private func gradient(_ weight: [Double], _ margins: [Double], _ active: [Int]) -> [Double] {
        var gradient = weight
        for row in active {
            let scale = 2 * costs[row] * (margins[row] - y[row])
            for (column, value) in x[row: row].enumerated() { gradient[column] += scale * value }
        }
        return gradient
    }

    /// The minimum if exactly the active rows are within the margin: a ridge regression, solved in the smaller of the
    /// two dimensions.
    private func minimum(for active: [Int]) -> [Double]? {
        let scales = active.map { (2 * costs[$0]).squareRoot() }
        var rows = x.rows(active)
        for index in active.indices {
            for column in 0..<x.columns { rows[index, column] *= scales[index] }
        }
        let targets = Matrix(
            rows: 1, columns: active.count, values: zip(scales, active).map { $0 * y[$1] })
        var system: Matrix
        if let gram {
            system = gram.rows(active).columns(active)
            for i in active.indices { for j in active.indices { system[i, j] *= scales[i] * scales[j] } }
        } else {
            system = ColumnProducts(rows).gram
        }
        for i in 0..<system.rows { system[i, i] += 1 }
        guard let factor = Cholesky(system) else { return nil }
        return gram == nil
            ? factor.solve(rows: targets.product(rows)).values
            : factor.solve(rows: targets).product(rows).values
    }

    /// The step along a direction at which the slope of the (piecewise quadratic) objective is 0, by bisection between
    /// the kinks. A full step is exact if no row enters or leaves the margin.
    private func step(
        _ weight: [Double], _ direction: [Double], _ margins: [Double], _ changes: [Double]
    ) -> Double {
        let (first, second) = zip(weight, direction).reduce((0.0, 0.0)) {
            ($0.0 + $1.0 * $1.1, $0.1 + $1.1 * $1.1)
        }
        func slope(_ size: Double) -> Double {
            var sum = first + size * second
            for i in y.indices {
                let rest = margins[i] + size * changes[i] - y[i]
                if y[i] * rest < 0 { sum += 2 * costs[i] * rest * changes[i] }
            }
            return sum
        }
        let atFull = slope(1)
        if abs(atFull) <= 1e-12 * abs(slope(0)) { return 1 }
        var (low, high) = atFull < 0 ? (1.0, 2.0) : (0.0, 1.0)
        while slope(high) < 0, high < 1e6 { (low, high) = (high, 2 * high) }
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if slope(middle) < 0 { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}
