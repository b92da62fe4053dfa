/// A split of a leaf of a boosted tree that has been found in a histogram.
struct HistogramSplit {
    var gain = 0.0
    var feature = -1
    /// The last bin of the left child.
    var bin = 0
}

/// Finds the best split of a feature from its histogram.
struct HistogramSearch {
    var minData: Int
    var minSecond: Double
    var lambdaL1: Double
    var lambdaL2: Double
    var minGain: Double

    init(_ parameters: BoostingParameters) {
        (minData, minSecond) = (parameters.minDataInLeaf, parameters.minSumHessianInLeaf)
        (lambdaL1, lambdaL2) = (parameters.lambdaL1, parameters.lambdaL2)
        minGain = parameters.minGainToSplit
    }

    /// The sum of first derivatives after L1 regularization.
    @inline(__always)
    func shrunk(_ first: Double, _ lambda: Double) -> Double {
        if lambda == 0 { return first }
        let rest = max(0, abs(first) - lambda)
        return first < 0 ? -rest : rest
    }

    /// Returns the best split of a feature of a leaf with `count` rows and the given sums. Numbers of rows are estimated
    /// from the second derivatives unless `counts` has those of each bin.
    func best(
        _ histogram: UnsafePointer<Int64>, bins: Int, feature: Int, sums: Int64, count: Int,
        units: PackedDerivatives, counts: UnsafePointer<UInt32>? = nil
    ) -> HistogramSplit {
        let scale = units.firstUnit * units.firstUnit / units.secondUnit
        guard scale.isFinite, scale > 0, bins > 1 else { return HistogramSplit() }
        let (total, totalUnits) = (Double(Int32(truncatingIfNeeded: sums >> 32)), sums & 0xffff_ffff)
        // Everything is in integer units, so that limits of rows and second derivatives are limits of units.
        let ridge = (lambdaL2 + 1e-15) / units.secondUnit
        let lasso = lambdaL1 / units.firstUnit
        let rowUnits = counts == nil ? (Double(minData) - 0.5) * Double(totalUnits) / Double(count) : 0
        let least = max(1, rowUnits, minSecond / units.secondUnit).rounded(.up)
        guard 2 * least <= Double(totalUnits) else { return HistogramSplit() }
        let (leastUnits, mostUnits) = (Int64(least), totalUnits - Int64(least))
        let weight = Double(totalUnits) + ridge
        let shift = shrunk(total, lasso) * shrunk(total, lasso) / weight + minGain / scale
        var (best, bestBin) = (shift, -1)
        var (left, leftCount): (Int64, Int) = (0, 0)
        for bin in 0..<bins - 1 {
            left &+= histogram[bin]
            if let counts { leftCount &+= Int(counts[bin]) }
            let leftUnits = left & 0xffff_ffff
            if leftUnits < leastUnits { continue }
            if leftUnits > mostUnits { break }
            if counts != nil && min(leftCount, count - leftCount) < minData { continue }
            let first = Double(Int32(truncatingIfNeeded: left >> 32))
            let leftFirst = shrunk(first, lasso)
            let rightFirst = shrunk(total - first, lasso)
            let leftWeight = Double(leftUnits) + ridge
            let rightWeight = weight - Double(leftUnits)
            let numerator = leftFirst * leftFirst * rightWeight + rightFirst * rightFirst * leftWeight
            let denominator = leftWeight * rightWeight
            if numerator > best * denominator {
                best = numerator / denominator
                bestBin = bin
            }
        }
        guard bestBin >= 0, best > shift else { return HistogramSplit() }
        return HistogramSplit(gain: (best - shift) * scale, feature: feature, bin: bestBin)
    }
}
