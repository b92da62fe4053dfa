/// The options of `TreeGrowth` as numbers for a data set.
struct GrowthLimits {
    var maxDepth: Int
    var minSamplesSplit: Int
    var minSamplesLeaf: Int
    var minWeightFractionLeaf: Double
    var maxFeatures: Int
    var maxLeafNodes: Int?
    var minImpurityDecrease: Double
    var ccpAlpha: Double

    /// Throws if an option is outside its range.
    init(_ growth: TreeGrowth, rows: Int, features: Int) throws(FittingError) {
        func check(_ valid: Bool, _ name: String, _ found: Any, _ allowed: String) throws(FittingError) {
            if !valid { throw FittingError("\"\(name)\"", found: "\(found)", allowed: allowed) }
        }
        if let depth = growth.maxDepth { try check(depth >= 0, "max_depth", depth, "at least 0") }
        maxDepth = growth.maxDepth ?? .max
        minSamplesLeaf = try growth.minSamplesLeaf.rows(of: rows, "min_samples_leaf", least: 1)
        let split = try growth.minSamplesSplit.rows(of: rows, "min_samples_split", least: 2)
        minSamplesSplit = max(2, split, minSamplesLeaf > rows ? 2 : 2 * minSamplesLeaf)
        minWeightFractionLeaf = growth.minWeightFractionLeaf
        try check(
            (0...0.5).contains(minWeightFractionLeaf), "min_weight_fraction_leaf", minWeightFractionLeaf,
            "a value in 0...0.5")
        maxFeatures = try growth.maxFeatures.count(of: features)
        maxLeafNodes = growth.maxLeafNodes
        if let leaves = maxLeafNodes { try check(leaves >= 2, "max_leaf_nodes", leaves, "at least 2") }
        minImpurityDecrease = growth.minImpurityDecrease
        try check(
            minImpurityDecrease >= 0 && minImpurityDecrease.isFinite, "min_impurity_decrease",
            minImpurityDecrease, "a finite value, at least 0")
        ccpAlpha = growth.ccpAlpha
        try check(
            ccpAlpha >= 0 && ccpAlpha.isFinite, "ccp_alpha", ccpAlpha, "a finite value, at least 0")
    }
}

extension SampleCount {
    /// Returns the number of rows, with a share rounded up. Throws if it is below `least` or not a share.
    func rows(of total: Int, _ name: String, least: Int) throws(FittingError) -> Int {
        switch self {
        case .count(let count):
            guard count >= least else {
                throw FittingError(
                    "\"\(name)\"", found: "\(count)", allowed: "at least \(least) or a fraction")
            }
            return count
        case .fraction(let fraction):
            guard fraction > 0, fraction <= 1 else {
                throw FittingError(
                    "\"\(name)\"", found: "\(fraction)", allowed: "a fraction above 0 and at most 1")
            }
            return Int((fraction * Double(total)).rounded(.up))
        }
    }
}

extension MaxFeatures {
    /// Returns the number of features, at least 1. Throws if it is not possible.
    func count(of features: Int) throws(FittingError) -> Int {
        switch self {
        case .all: return features
        case .sqrt: return max(1, Int(Double(features).squareRoot()))
        case .log2: return max(1, Int.bitWidth - 1 - features.leadingZeroBitCount)
        case .count(let count):
            guard (1...features).contains(count) else {
                throw FittingError(
                    "\"max_features\"", found: "\(count)", allowed: "a number of features in 1...\(features)")
            }
            return count
        case .fraction(let fraction):
            guard fraction > 0, fraction <= 1 else {
                throw FittingError(
                    "\"max_features\"", found: "\(fraction)", allowed: "a fraction above 0 and at most 1")
            }
            return max(1, Int(fraction * Double(features)))
        }
    }
}
