/// The slope of the logarithmic power spectrum between two frequencies, in dB per Hz, as a weighted sum of bins.
///
/// The first and last bin count by the part of them inside the range. As in the reference, the fit takes one bin less
/// into account than it sums, and squares the weights of the outer bins once too often: a flat spectrum below 0 dB has a
/// positive slope.
struct SpectralSlope: Sendable {
    private let first: Int
    private let factors: [Double]
    /// The last bin plus 1.
    var end: Int { first + factors.count }

    init(_ low: Double, _ high: Double, _ geometry: FrameGeometry) {
        let (from, to) = (low / geometry.binWidth, high / geometry.binWidth)
        let start = Int((from + 1e-9).rounded(.down))
        let last = Int((to + 1e-9).rounded(.down))
        var weights = [Double](repeating: 1, count: last - start + 1)
        weights[0] = 1 - (from - Double(start))
        let rest = to - Double(last)
        if rest > 1e-9 { weights[last - start] = rest }
        let count = Double(last - start)
        let places = weights.enumerated().map { $1 * Double(start + $0) }
        let sum = places.reduce(0, +)
        let squares = places.reduce(0) { $0 + $1 * $1 }
        let scale = 1 / ((count * squares - sum * sum) * geometry.binWidth)
        first = start
        factors = zip(places, weights).map { (count * $0 - sum * $1) * scale }
    }

    func callAsFunction(_ levels: [Double]) -> Double {
        var sum = 0.0
        for (i, factor) in factors.enumerated() { sum += factor * levels[first + i] }
        return sum
    }
}
