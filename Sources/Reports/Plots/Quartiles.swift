/// The quartiles of values, interpolated as by NumPy.
struct Quartiles {
    let low: Double
    let median: Double
    let high: Double

    /// Computes the quartiles; nil without values.
    init?(_ values: [Double]) {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return nil }
        func quantile(_ share: Double) -> Double {
            let place = share * Double(sorted.count - 1)
            let below = Int(place)
            let part = place - Double(below)
            // Weighted, so that the difference of huge values does not overflow.
            return below + 1 < sorted.count
                ? sorted[below] * (1 - part) + sorted[below + 1] * part : sorted[below]
        }
        (low, median, high) = (quantile(0.25), quantile(0.5), quantile(0.75))
    }
}
