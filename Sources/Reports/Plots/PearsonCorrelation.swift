/// Pearson's correlation coefficients of features.
enum PearsonCorrelation {
    /// Returns the coefficients of all pairs; NaN for a constant feature.
    static func matrix(_ features: [[Double]]) -> [[Double]] {
        var result = features.map { _ in features.map { _ in Double.nan } }
        for row in features.indices {
            for column in 0...row {
                result[row][column] = coefficient(features[row], features[column])
                result[column][row] = result[row][column]
            }
        }
        return result
    }

    private static func coefficient(_ a: [Double], _ b: [Double]) -> Double {
        let pairs = zip(a, b).filter { $0.0.isFinite && $0.1.isFinite }
        // Scaled, so that squares of huge values do not overflow.
        let (sizeA, sizeB) = pairs.reduce((0.0, 0.0)) { (max($0.0, abs($1.0)), max($0.1, abs($1.1))) }
        guard pairs.count > 1, sizeA > 0, sizeB > 0 else { return .nan }
        let count = Double(pairs.count)
        let (meanA, meanB) = pairs.reduce((0.0, 0.0)) {
            ($0.0 + $1.0 / sizeA / count, $0.1 + $1.1 / sizeB / count)
        }
        var (product, squareA, squareB) = (0.0, 0.0, 0.0)
        for (x, y) in pairs {
            let (dx, dy) = (x / sizeA - meanA, y / sizeB - meanB)
            product += dx * dy
            squareA += dx * dx
            squareB += dy * dy
        }
        // The mean of equal values may be off by rounding.
        guard squareA > count * 1e-28, squareB > count * 1e-28 else { return .nan }
        return min(max(product / (squareA * squareB).squareRoot(), -1), 1)
    }
}
