/// The least, the middle and the largest of some numbers.
public struct NumberSummary: Sendable, Equatable {
    /// The smallest number.
    public var least: Double
    /// The number in the middle; the mean of two where their count is even.
    public var median: Double
    /// 95 % of the numbers are at most this, with linear interpolation as NumPy's `percentile` has it.
    public var percentile95: Double
    /// The largest number.
    public var largest: Double
    /// The sum.
    public var total: Double

    /// The summary of some numbers; nil where there are none.
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
    /// The number of a sorted list below which a share of them lies, with linear interpolation between neighbors.
    func quantile(_ share: Double) -> Double {
        guard !isEmpty else { return .nan }
        let place = share * Double(count - 1)
        let below = Int(place)
        let above = Swift.min(below + 1, count - 1)
        return self[below] + (self[above] - self[below]) * (place - Double(below))
    }
}
