/// The alternating minima and maxima of a track that differ from the one before, and the first from the first value, by
/// more than a tenth of the range of the track.
///
/// Only values that differ from both neighbors are extrema. A lower minimum replaces a minimum, and a maximum that is 5%
/// higher replaces a maximum. The reference does not examine the last two values. All of this is measured.
struct Contour {
    private(set) var places: [Int] = []
    private(set) var peaks = 0
    private var endsWithPeak = false

    init(_ x: [Double]) {
        guard let least = x.min(), let largest = x.max(), largest > least, x.count > 3 else { return }
        let delta = 0.1 * (largest - least)
        var last = x[0]
        for i in 1..<x.count - 2 {
            let value = x[i]
            let isPeak = value > x[i - 1] && value > x[i + 1]
            guard isPeak || (value < x[i - 1] && value < x[i + 1]) else { continue }
            let height = isPeak ? value - last : last - value
            if !places.isEmpty, isPeak == endsWithPeak {
                guard height > (isPeak ? 0.05 * abs(last) : 0) else { continue }
                places[places.count - 1] = i
            } else {
                guard height > delta else { continue }
                places.append(i)
                if isPeak { peaks += 1 }
                endsWithPeak = isPeak
            }
            last = value
        }
    }

    /// Mean and standard deviation of the rising, then of the falling slopes, per second.
    ///
    /// The first slope starts at the first value of the track. The slope from the last extremum to the last value counts
    /// in the mean, with its sign, but not in the sum of squares of the deviation, as in the reference.
    func slopes(_ x: [Double]) -> [Double] {
        guard let last = places.last else { return [0, 0, 0, 0] }
        var (rising, falling): ([Double], [Double]) = ([], [])
        for (a, b) in zip([0] + places, places) {
            let slope = (x[b] - x[a]) / (Double(b - a) * EGeMAPS.hop)
            if slope > 0 { rising.append(slope) } else { falling.append(-slope) }
        }
        let end = x.count - 1
        let extra = (x[end] - x[last]) / (Double(end - last) * EGeMAPS.hop)
        return Self.summary(rising, endsWithPeak ? nil : extra)
            + Self.summary(falling, endsWithPeak ? extra : nil)
    }

    private static func summary(_ slopes: [Double], _ extra: Double?) -> [Double] {
        let count = Double(slopes.count + (extra == nil ? 0 : 1))
        guard count > 0 else { return [0, 0] }
        let mean = (slopes.reduce(0, +) + (extra ?? 0)) / count
        let squares = slopes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return [mean, (squares / count).squareRoot()]
    }
}
