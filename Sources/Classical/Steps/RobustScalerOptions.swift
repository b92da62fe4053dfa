import Autograd
import Foundation

/// Subtracts the median of each column and divides by a quantile range, as scikit-learn's `RobustScaler`.
public struct RobustScalerOptions: TransformerOptions {
    /// Whether to subtract the median.
    public var withCentering: Bool
    /// Whether to divide by the quantile range.
    public var withScaling: Bool
    /// The two percentiles whose distance is the scale.
    public var quantileRange: ClosedRange<Double>
    /// Whether to divide the scale by the quantile range of the standard normal distribution, so that normally
    /// distributed columns get variance 1.
    public var unitVariance: Bool

    /// Creates options.
    public init(
        withCentering: Bool = true, withScaling: Bool = true, quantileRange: ClosedRange<Double> = 25...75,
        unitVariance: Bool = false
    ) {
        (self.withCentering, self.withScaling) = (withCentering, withScaling)
        (self.quantileRange, self.unitVariance) = (quantileRange, unitVariance)
    }

    public func fit(
        _ x: Matrix, labels: [Int], classes: Int, generator: RandomGenerator
    ) throws(FittingError) -> Scaler {
        try x.check()
        let (lower, upper) = (quantileRange.lowerBound, quantileRange.upperBound)
        guard lower >= 0, upper <= 100, lower < upper else {
            throw FittingError(
                "\"quantile_range\"", found: "\(quantileRange)", allowed: "a range within 0 to 100")
        }
        guard !unitVariance || (lower > 0 && upper < 100) else {
            throw FittingError(
                "\"quantile_range\"", found: "\(quantileRange)",
                allowed: "a range between 0 and 100 for unit variance")
        }
        let adjustment = unitVariance ? normalQuantile(upper / 100) - normalQuantile(lower / 100) : 1
        var center: [Double] = []
        var scale: [Double] = []
        for column in 0..<x.columns {
            let sorted = x.column(column).sorted()
            center.append(withCentering ? percentile(50, ofSorted: sorted) : 0)
            scale.append(percentile(upper, ofSorted: sorted) - percentile(lower, ofSorted: sorted))
        }
        let divisors = Scaler.withoutZeros(scale).map { $0 / adjustment }
        return try Scaler(center: center, scale: withScaling ? divisors : scale.map { _ in 1 })
    }
}

/// Returns a percentile of ascending values, with linear interpolation.
package func percentile(_ percent: Double, ofSorted values: [Double]) -> Double {
    let position = percent / 100 * Double(values.count - 1)
    let index = min(max(Int(position), 0), values.count - 1)
    let part = position - Double(index)
    let (low, high) = (values[index], values[min(index + 1, values.count - 1)])
    return part >= 0.5 ? high - (high - low) * (1 - part) : low + (high - low) * part
}

/// Returns the quantile of the standard normal distribution, by bisection of its distribution function.
package func normalQuantile(_ probability: Double) -> Double {
    var (low, high) = (-40.0, 40.0)
    for _ in 0..<200 {
        let middle = (low + high) / 2
        if middle == low || middle == high { break }
        if 0.5 * erfc(-middle / 2.0.squareRoot()) < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
}
