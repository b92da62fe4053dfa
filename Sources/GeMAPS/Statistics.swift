/// Functionals of one track. Empty tracks have zeros.
enum Statistics {
    static func mean(_ x: [Double]) -> Double { x.isEmpty ? 0 : x.reduce(0, +) / Double(x.count) }

    static func deviation(_ x: [Double], _ mean: Double) -> Double {
        guard !x.isEmpty else { return 0 }
        return (x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)).squareRoot()
    }

    /// The mean, and the standard deviation over the mean.
    static func meanAndVariation(_ x: [Double]) -> [Double] {
        let mean = mean(x)
        return [mean, mean == 0 ? 0 : deviation(x, mean) / mean]
    }

    /// Percentiles 20, 50 and 80, and the distance of the first and last, interpolated linearly.
    static func percentiles(_ x: [Double]) -> [Double] {
        guard let last = x.indices.last else { return [0, 0, 0, 0] }
        let sorted = x.sorted()
        let values = [0.2, 0.5, 0.8].map { part -> Double in
            let place = part * Double(last)
            let low = Int(place)
            let rest = place - Double(low)
            return sorted[low] * (1 - rest) + sorted[min(low + 1, last)] * rest
        }
        return values + [values[2] - values[0]]
    }

    /// Ten functionals: mean, variation, percentiles, and the slopes.
    static func ten(_ x: [Double]) -> [Double] {
        meanAndVariation(x) + percentiles(x) + Contour(x).slopes(x)
    }
}
