import Foundation

/// A Gaussian kernel density estimate with Silverman's bandwidth, from the lowest to the highest value.
struct KernelDensity {
    /// The values at which the density is computed, and the density relative to its maximum.
    let points: [(value: Double, density: Double)]

    /// Computes the density; nil for fewer than two different values.
    init?(_ values: [Double], points count: Int = 61) {
        guard let low = values.min(), let high = values.max(), high > low, (high / 2 - low / 2).isFinite,
            let quartiles = Quartiles(values)
        else { return nil }
        // Relative to the range, so that squares neither overflow nor vanish.
        let range = high - low
        let relative = values.map { ($0 - low) / range }
        guard range.isFinite else { return nil }
        let number = Double(values.count)
        let mean = relative.reduce(0, +) / number
        let deviation = (relative.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(number - 1, 1))
            .squareRoot()
        let spread = (quartiles.high - quartiles.low) / range / 1.34
        let width = max(0.9 * (spread > 0 ? min(deviation, spread) : deviation) * pow(number, -0.2), 0.004)
        // Counts on a fine grid, shared linearly between neighbors, make the cost independent of the number of values.
        let cells = 512
        var counts = [Double](repeating: 0, count: cells + 1)
        for value in relative {
            let place = min(max(value, 0), 1) * Double(cells)
            let below = min(Int(place), cells - 1)
            counts[below] += 1 - (place - Double(below))
            counts[below + 1] += place - Double(below)
        }
        let densities = (0..<count).map { index in
            let at = Double(index) / Double(count - 1)
            return counts.indices.reduce(0.0) { sum, cell in
                let distance = (at - Double(cell) / Double(cells)) / width
                return sum + counts[cell] * exp(-0.5 * distance * distance)
            }
        }
        let largest = densities.max() ?? 1
        points = densities.enumerated().map { index, density in
            (low + range * Double(index) / Double(count - 1), density / max(largest, .leastNormalMagnitude))
        }
    }
}
