/// Scores splits of regression trees by the squared error.
final class SquaredErrorScorer: SplitScorer {
    let outputs = 1
    let statistics = 1
    private let targets: UnsafeMutablePointer<(sum: Double, weight: Double)>
    private var (weight, total) = (0.0, 0.0)

    init(_ values: [Double], weight: (Int) -> Double) {
        targets = .allocate(capacity: values.count)
        for (row, value) in values.enumerated() { targets[row] = (weight(row) * value, weight(row)) }
    }

    deinit { targets.deallocate() }

    @inline(__always)
    func payload(_ row: UInt32) -> UInt32 { row }

    func summarize(
        _ rows: UnsafePointer<UInt32>, _ count: Int, into statistics: UnsafeMutablePointer<Double>
    ) -> (weight: Double, impurity: Double) {
        var (weight, sum) = (0.0, 0.0)
        for i in 0..<count {
            sum += targets[Int(rows[i])].sum
            weight += targets[Int(rows[i])].weight
        }
        statistics[0] = sum
        guard weight > 0 else { return (0, 0) }
        let mean = sum / weight
        var squares = 0.0
        for i in 0..<count {
            let target = targets[Int(rows[i])]
            guard target.weight > 0 else { continue }
            let difference = target.sum / target.weight - mean
            squares += target.weight * difference * difference
        }
        return (weight, squares / weight)
    }

    func values(
        of statistics: UnsafePointer<Double>, weight: Double, into values: UnsafeMutablePointer<Double>
    ) {
        values[0] = statistics[0] / weight
    }

    func enter(_ statistics: UnsafePointer<Double>, weight: Double) {
        (self.weight, total) = (weight, statistics[0])
    }

    @inline(__always)
    func bestSplit(
        _ keys: UnsafePointer<UInt64>, _ count: Int, _ limits: ChildLimits, best: Double,
        accepts: (UInt32, UInt32) -> Bool
    ) -> (score: Double, left: Int)? {
        let (targets, weight, total) = (targets, weight, total)
        var (left, leftWeight) = (0.0, 0.0)
        var (bestScore, bestCount) = (best, 0)
        let last = count - limits.samples
        var key = keys[0]
        var i = 0
        while i < last {
            let target = targets[Int(UInt32(truncatingIfNeeded: key))]
            left += target.sum
            leftWeight += target.weight
            i += 1
            let next = keys[i]
            if next >> 32 != key >> 32 && i >= limits.samples {
                let (right, rightWeight) = (total - left, weight - leftWeight)
                let score = left * left / leftWeight + right * right / rightWeight
                if score > bestScore && leftWeight >= limits.weight && rightWeight >= limits.weight
                    && accepts(rank(of: key), rank(of: next))
                {
                    (bestScore, bestCount) = (score, i)
                }
            }
            key = next
        }
        return bestCount > 0 ? (bestScore, bestCount) : nil
    }

    func score(
        _ keys: UnsafePointer<UInt64>, _ count: Int, _ limits: ChildLimits, upTo bound: UInt32
    ) -> Double? {
        var (left, leftWeight, leftCount) = (0.0, 0.0, 0)
        for i in 0..<count {
            let goesLeft = rank(of: keys[i]) <= bound ? 1 : 0
            let target = targets[Int(UInt32(truncatingIfNeeded: keys[i]))]
            left += target.sum * Double(goesLeft)
            leftWeight += target.weight * Double(goesLeft)
            leftCount += goesLeft
        }
        let (right, rightWeight) = (total - left, weight - leftWeight)
        guard min(leftCount, count - leftCount) >= limits.samples, leftWeight >= limits.weight,
            rightWeight >= limits.weight
        else { return nil }
        return left * left / leftWeight + right * right / rightWeight
    }
}
