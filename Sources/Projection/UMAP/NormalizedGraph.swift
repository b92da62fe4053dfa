import Autograd

/// The operator (I + D^-1/2 W D^-1/2) / 2 of a connected component, whose eigenvalues are from 0 to 1.
struct NormalizedGraph {
    /// The unit eigenvector of eigenvalue 1, which is known.
    let trivial: [Double]
    private var starts: [Int] = [0]
    private var columns: [Int32] = []
    private var values: [Double] = []

    init(_ set: FuzzySimplicialSet, _ rows: [Int]) {
        var local = [Int32](repeating: -1, count: set.rows)
        for (at, row) in rows.enumerated() { local[row] = Int32(truncatingIfNeeded: at) }
        let degrees = rows.map { set.values[set.starts[$0]..<set.starts[$0 + 1]].reduce(0, +) }
        let total = degrees.reduce(0, +).squareRoot()
        trivial = degrees.map { $0.squareRoot() / total }
        for (at, row) in rows.enumerated() {
            // An edge without weight may lead out of the component.
            for place in set.starts[row]..<set.starts[row + 1] where set.values[place] > 0 {
                let other = local[Int(set.columns[place])]
                columns.append(other)
                values.append(set.values[place] / (degrees[at] * degrees[Int(other)]).squareRoot())
            }
            starts.append(columns.count)
        }
    }

    /// Writes the product with a vector.
    func multiply(_ vector: [Double], _ result: inout [Double]) {
        result.withUnsafeMutableBufferPointer { result in
            vector.withUnsafeBufferPointer { vector in
                let result = result
                Parallel.elements(trivial.count, grain: 1024) { range in
                    for row in range {
                        var sum = 0.0
                        for at in starts[row]..<starts[row + 1] {
                            sum += values[at] * vector[Int(columns[at])]
                        }
                        result[row] = (vector[row] + sum) / 2
                    }
                }
            }
        }
    }
}
