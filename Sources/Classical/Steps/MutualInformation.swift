import Autograd
import Foundation

/// Returns the mutual information of each column with the class in nats (Ross 2014), estimated from the distances to
/// the nearest neighbors of the same class.
func mutualInformation(
    _ rows: LabeledRows, neighbors: Int, generator: RandomGenerator
) throws(FittingError) -> [Double] {
    let (x, counts) = (rows.x, rows.counts)
    let (_, variances) = x.columnMoments()
    try requireFinite(variances, "the variance of column")
    let noise = generator.split("mutual information").normals(x.rows * x.columns)
    var result = [Double](repeating: 0, count: x.columns)
    result.withUnsafeMutableBufferPointer { result in
        Parallel.chunks(x.columns) { column in
            let scale = variances[column] > 0 ? variances[column].squareRoot() : 1
            var values = x.column(column).map { $0 / scale }
            // A little noise separates equal values.
            let size = max(1, values.reduce(0) { $0 + abs($1) } / Double(values.count))
            for row in values.indices {
                values[row] += 1e-10 * size * Double(noise[row * x.columns + column])
            }
            result[column] = mutualInformation(values, rows.labels, counts, neighbors)
        }
    }
    return result
}

private func mutualInformation(
    _ values: [Double], _ labels: [Int], _ counts: [Int], _ neighbors: Int
) -> Double {
    // Classes with a single row have no neighbors and are ignored.
    let used = labels.indices.filter { counts[labels[$0]] > 1 }
    guard !used.isEmpty else { return 0 }
    let all = used.map { values[$0] }.sorted()
    var groups = [[Double]](repeating: [], count: counts.count)
    for row in used { groups[labels[row]].append(values[row]) }
    var sum = 0.0
    for group in groups where !group.isEmpty {
        let sorted = group.sorted()
        let k = min(neighbors, sorted.count - 1)
        let constant = digamma(Double(k)) - digamma(Double(sorted.count))
        for index in sorted.indices {
            let radius = distance(toNeighbor: k, of: index, sorted).nextDown
            sum += constant - digamma(Double(count(within: max(radius, 0), of: sorted[index], all)))
        }
    }
    return max(0, digamma(Double(used.count)) + sum / Double(used.count))
}

/// Returns the distance to the k-th nearest other value.
private func distance(toNeighbor k: Int, of index: Int, _ sorted: [Double]) -> Double {
    var (low, high) = (index, index)
    var distance = 0.0
    for _ in 0..<k {
        let below = low > 0 ? sorted[index] - sorted[low - 1] : .infinity
        let above = high + 1 < sorted.count ? sorted[high + 1] - sorted[index] : .infinity
        if below < above { low -= 1 } else { high += 1 }
        distance = min(below, above)
    }
    return distance
}

/// Returns the number of values within a distance of a value.
private func count(within radius: Double, of value: Double, _ sorted: [Double]) -> Int {
    let first = partition(sorted) { value - $0 <= radius }
    let last = partition(sorted) { $0 - value > radius }
    return max(1, last - first)
}

/// Returns the first index at which a predicate holds that holds from there on.
private func partition(_ sorted: [Double], _ holds: (Double) -> Bool) -> Int {
    var (low, high) = (0, sorted.count)
    while low < high {
        let middle = (low + high) / 2
        if holds(sorted[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
}

/// Returns the digamma function of a positive value.
package func digamma(_ x: Double) -> Double {
    var (x, result) = (x, 0.0)
    while x < 10 {
        result -= 1 / x
        x += 1
    }
    let square = 1 / (x * x)
    let series =
        square
        * (1.0 / 12 - square
            * (1.0 / 120 - square * (1.0 / 252 - square * (1.0 / 240 - square * (1.0 / 132)))))
    return result + log(x) - 0.5 / x - series
}
