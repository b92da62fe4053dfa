/// The alternating minima and maxima of a track that differ by more than a tenth of its range.
struct Contour {
    private(set) var places: [Int] = []
    private(set) var isPeak: [Bool] = []

    init(_ x: [Double]) {
        guard let least = x.min(), let largest = x.max(), largest > least else { return }
        let delta = 0.1 * (largest - least)
        var (high, low) = (x[0], x[0])
        var (highPlace, lowPlace) = (0, 0)
        var isRising: Bool?
        for (i, value) in x.enumerated() {
            if value >= high { (high, highPlace) = (value, i) }
            if value <= low { (low, lowPlace) = (value, i) }
            if isRising != false, value < high - delta {
                add(highPlace, true)
                (isRising, high, low, highPlace, lowPlace) = (false, value, value, i, i)
            } else if isRising != true, value > low + delta {
                add(lowPlace, false)
                (isRising, high, low, highPlace, lowPlace) = (true, value, value, i, i)
            }
        }
        if let isRising { add(isRising ? highPlace : lowPlace, isRising) }
    }

    private mutating func add(_ place: Int, _ peak: Bool) {
        places.append(place)
        isPeak.append(peak)
    }

    var peaks: Int { isPeak.count { $0 } }

    /// Mean and standard deviation of the rising, then of the falling slopes, per second.
    ///
    /// The first slope starts at the first value of the track. The slope from the last extremum to the last value counts
    /// in the mean, with its sign, but not in the sum of squares of the deviation, as in the reference.
    func slopes(_ x: [Double]) -> [Double] {
        guard places.count > 1 else { return [0, 0, 0, 0] }
        var ends = places
        ends[0] = 0
        var (rising, falling): ([Double], [Double]) = ([], [])
        for (a, b) in zip(ends, ends.dropFirst()) {
            let slope = (x[b] - x[a]) / (Double(b - a) * EGeMAPS.hop)
            if slope > 0 { rising.append(slope) } else { falling.append(-slope) }
        }
        let (last, end) = (ends[ends.count - 1], x.count - 1)
        var (extraRise, extraFall): (Double?, Double?) = (nil, nil)
        if end > last {
            let slope = (x[end] - x[last]) / (Double(end - last) * EGeMAPS.hop)
            if isPeak[isPeak.count - 1] { extraFall = slope } else { extraRise = slope }
        }
        return Self.summary(rising, extraRise) + Self.summary(falling, extraFall)
    }

    private static func summary(_ slopes: [Double], _ extra: Double?) -> [Double] {
        let count = Double(slopes.count + (extra == nil ? 0 : 1))
        guard count > 0 else { return [0, 0] }
        let mean = (slopes.reduce(0, +) + (extra ?? 0)) / count
        let squares = slopes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return [mean, (squares / count).squareRoot()]
    }
}
