import Autograd

/// Scales each column to a range, as scikit-learn's `MinMaxScaler`. Constant columns become the lower end.
public struct MinMaxScalerOptions: TransformerOptions {
    /// The range of the training rows after scaling, `feature_range`.
    public var featureRange: ClosedRange<Double>
    /// Whether to clip other rows to the range.
    public var clip: Bool

    /// Creates options.
    public init(featureRange: ClosedRange<Double> = 0...1, clip: Bool = false) {
        (self.featureRange, self.clip) = (featureRange, clip)
    }

    public func fit(
        _ x: Matrix, labels: [Int], classes: Int, generator: RandomGenerator
    ) throws(FittingError) -> Scaler {
        try x.check()
        let (lower, upper) = (featureRange.lowerBound, featureRange.upperBound)
        guard lower < upper, (upper - lower).isFinite else {
            throw FittingError(
                "\"feature_range\"", found: "\(featureRange)", allowed: "a range of positive length")
        }
        let smallest = (0..<x.columns).map { x.column($0).min() ?? 0 }
        let ranges = (0..<x.columns).map { (x.column($0).max() ?? 0) - smallest[$0] }
        return try Scaler(
            center: smallest, scale: Scaler.withoutZeros(ranges).map { $0 / (upper - lower) }, shift: lower,
            clip: clip ? featureRange : nil)
    }
}
