/// The mean of some numbers and how far they are apart.
struct Spread {
    /// nan where there are none.
    var mean: Double
    /// The standard deviation; nan where there are fewer than two.
    var deviation: Double

    init(_ values: [Double]) {
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        self.mean = mean
        deviation =
            values.count > 1
            ? (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)).squareRoot() : .nan
    }

    /// "66.4 ± 3.2 %", or without what is not known.
    func text(isShare: Bool) -> String {
        guard deviation.isFinite else { return isShare ? NumberText.percent(mean) : NumberText.short(mean) }
        return isShare
            ? NumberText.fixed(mean * 100, 1) + " ± " + NumberText.percent(deviation)
            : NumberText.short(mean) + " ± " + NumberText.short(deviation)
    }
}
