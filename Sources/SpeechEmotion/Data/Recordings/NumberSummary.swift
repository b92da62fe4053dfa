/// Summary statistics of values.
public struct NumberSummary: Sendable, Equatable {
    /// The minimum.
    public var least: Double
    /// The median.
    public var median: Double
    /// The 95th percentile with linear interpolation, as NumPy's `percentile`.
    public var percentile95: Double
    /// The maximum.
    public var largest: Double
    /// The sum.
    public var total: Double

    /// Summarizes values; nil if there are none.
    public init?(_ numbers: [Double]) {
        let sorted = numbers.sorted()
        guard let first = sorted.first, let last = sorted.last else { return nil }
        (least, largest) = (first, last)
        median = sorted.quantile(0.5)
        percentile95 = sorted.quantile(0.95)
        total = sorted.reduce(0, +)
    }
}

extension [Double] {
    /// The quantile of a sorted list, with linear interpolation.
    func quantile(_ share: Double) -> Double {
        guard !isEmpty else { return .nan }
        let place = share * Double(count - 1)
        let below = Int(place)
        let above = Swift.min(below + 1, count - 1)
        return self[below] + (self[above] - self[below]) * (place - Double(below))
    }
}
