import Autograd
import Classical

/// Positions from the leading eigenvectors of the normalized neighbor graph. Components that no edge connects are
/// laid out one by one, around the principal components of their centers.
struct SpectralLayout {
    let set: FuzzySimplicialSet
    let data: Matrix

    /// Returns the positions.
    func positions(generator: RandomGenerator) -> Matrix {
        let (labels, count) = set.components()
        var members = [[Int]](repeating: [], count: count)
        for row in labels.indices { members[labels[row]].append(row) }
        guard count > 1 else { return component(members[0], generator) }
        let centers = PCA2D.positions(
            Matrix(rows: count, columns: data.columns, values: members.flatMap(center)),
            generator: generator.split("centers"))
        var result = Matrix(rows: data.rows, columns: 2)
        for label in 0..<count {
            let size = radius(label, centers)
            let part = component(members[label], generator.split("component \(label)"))
            for (at, row) in members[label].enumerated() {
                result[row, 0] = centers[label, 0] + size * part[at, 0]
                result[row, 1] = centers[label, 1] + size * part[at, 1]
            }
        }
        return result
    }

    /// The mean of some rows.
    private func center(_ rows: [Int]) -> [Double] {
        (0..<data.columns).map { column in
            rows.reduce(0) { $0 + data[$1, column] / Double(rows.count) }
        }
    }

    /// Half the distance to the next center.
    private func radius(_ label: Int, _ centers: Matrix) -> Double {
        var nearest = Double.infinity
        for other in 0..<centers.rows where other != label {
            let (dx, dy) = (centers[label, 0] - centers[other, 0], centers[label, 1] - centers[other, 1])
            nearest = min(nearest, (dx * dx + dy * dy).squareRoot())
        }
        return nearest > 0 ? nearest / 2 : 1
    }

    /// The layout of a connected component, from -1 to 1.
    private func component(_ rows: [Int], _ generator: RandomGenerator) -> Matrix {
        var result = Matrix(rows: rows.count, columns: 2)
        guard rows.count > 4 else {
            for at in result.values.indices { result.values[at] = 2 * generator.uniform() - 1 }
            return result
        }
        let graph = NormalizedGraph(set, rows)
        var lanczos = Lanczos(size: rows.count)
        lanczos.tolerance = 1e-4
        lanczos.excluded = [graph.trivial]
        let pairs = lanczos.leading(2, generator: generator) { graph.multiply($0, &$1) }
        for (axis, pair) in pairs.enumerated() {
            let largest = pair.vector.reduce(0) { max($0, abs($1)) }
            guard largest > 0 else { continue }
            for at in rows.indices { result[at, axis] = pair.vector[at] / largest }
        }
        return result
    }
}
