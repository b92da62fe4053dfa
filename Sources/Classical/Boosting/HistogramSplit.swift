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
    func shrunk(_ first: Double) -> Double {
        if lambdaL1 == 0 { return first }
        let rest = max(0, abs(first) - lambdaL1)
        return first < 0 ? -rest : rest
    }

    /// The gain of a leaf with these sums.
    @inline(__always)
    func gain(_ first: Double, _ second: Double) -> Double {
        let first = shrunk(first)
        return first * first / (second + lambdaL2 + 1e-15)
    }

    /// Returns the best split of a feature of a leaf with `count` rows and the given sums. Numbers of rows are estimated
    /// from the second derivatives unless `counts` has those of each bin.
    func best(
        _ histogram: UnsafePointer<Int64>, bins: Int, feature: Int, sums: Int64, count: Int,
        units: PackedDerivatives, counts: UnsafePointer<UInt32>? = nil
    ) -> HistogramSplit {
        let (first, second) = (units.first(sums), units.second(sums))
        let rowsPerUnit = Double(count) / max(1, Double(sums & 0xffff_ffff))
        let leastRows = Double(minData) - 0.5
        let shift = gain(first, second) + minGain
        var best = HistogramSplit()
        var bestGain = shift
        var left: Int64 = 0
        var leftCount = 0
        for bin in 0..<bins - 1 {
            let entry = histogram[bin]
            if entry == 0 { continue }
            left &+= entry
            let leftRows: Double
            if let counts {
                leftCount += Int(counts[bin])
                leftRows = Double(leftCount)
            } else {
                leftRows = Double(left & 0xffff_ffff) * rowsPerUnit
            }
            let leftSecond = units.second(left)
            if leftRows < leastRows || leftSecond < minSecond { continue }
            let rightSecond = second - leftSecond
            if Double(count) - leftRows < leastRows || rightSecond < minSecond { break }
            let leftFirst = units.first(left)
            let found = gain(leftFirst, leftSecond) + gain(first - leftFirst, rightSecond)
            if found > bestGain {
                bestGain = found
                best = HistogramSplit(gain: found - shift, feature: feature, bin: bin)
            }
        }
        return best
    }
}
