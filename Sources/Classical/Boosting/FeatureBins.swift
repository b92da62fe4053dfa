import Autograd

/// The features as bins of about equally many rows.
///
/// Bins are stored in groups of eight features, row by row, so that one 64-bit load reads eight bins.
final class FeatureBins: @unchecked Sendable {
    static let groupSize = 8
    static let width = 256

    let rows: Int
    let features: Int
    /// The upper bounds of the bins of each feature but the last bin.
    let bounds: [[Float]]
    private let codes: UnsafeMutablePointer<UInt64>

    /// At most this many rows are sorted to find the bounds.
    private static let sampled = 200_000

    /// Throws if a value does not fit into a `Float`.
    init(_ x: Matrix, maxBin: Int, minDataInBin: Int, generator: RandomGenerator) throws(FittingError) {
        let (rows, features) = (x.rows, x.columns)
        (self.rows, self.features) = (rows, features)
        let groups = (features + FeatureBins.groupSize - 1) / FeatureBins.groupSize
        let codes = UnsafeMutablePointer<UInt64>.allocate(capacity: groups * rows)
        self.codes = codes
        let largest = Double(Float.greatestFiniteMagnitude)
        if let i = x.values.firstIndex(where: { abs($0) > largest }) {
            bounds = []
            throw FittingError(
                "row \(i / features), column \(i % features)", found: "\(x.values[i])",
                allowed: "a value in the range of Float")
        }
        let sample = FeatureBins.sample(rows, generator)
        var bounds: [[Float]] = Array(repeating: [], count: features)
        bounds.withUnsafeMutableBufferPointer { bounds in
            x.values.withUnsafeBufferPointer { values in
                Parallel.chunks(groups) { group in
                    let first = group * FeatureBins.groupSize
                    let chosen = first..<min(first + FeatureBins.groupSize, features)
                    let target = codes + group * rows
                    target.update(repeating: 0, count: rows)
                    for feature in chosen {
                        var column = sample.map { Float(values[$0 * features + feature]) }
                        column.sort()
                        let found = FeatureBins.bounds(column, maxBin: maxBin, minDataInBin: minDataInBin)
                        bounds[feature] = found
                        let shift = UInt64(8 * (feature - first))
                        found.withUnsafeBufferPointer { found in
                            for row in 0..<rows {
                                let bin = FeatureBins.bin(Float(values[row * features + feature]), found)
                                target[row] |= UInt64(bin) << shift
                            }
                        }
                    }
                }
            }
        }
        self.bounds = bounds
    }

    deinit { codes.deallocate() }

    var groups: Int { (features + FeatureBins.groupSize - 1) / FeatureBins.groupSize }

    /// The bins of a group of features: one byte for each, the first feature in the lowest.
    func group(_ group: Int) -> UnsafePointer<UInt64> { UnsafePointer(codes + group * rows) }

    /// Returns the number of bounds that are below the value.
    @inline(__always)
    private static func bin(_ value: Float, _ bounds: UnsafeBufferPointer<Float>) -> Int {
        var (low, size) = (0, bounds.count)
        while size > 0 {
            let half = size / 2
            let isAbove = bounds[low + half] < value
            low = isAbove ? low + half + 1 : low
            size = isAbove ? size - half - 1 : half
        }
        return low
    }

    /// All rows, or one random row of each of equally long stretches.
    private static func sample(_ rows: Int, _ generator: RandomGenerator) -> [Int] {
        guard rows > sampled else { return Array(0..<rows) }
        var draws = Draws(generator.split("bins"))
        return (0..<sampled).map { i in
            let (start, end) = (i * rows / sampled, (i + 1) * rows / sampled)
            return start + draws.below(end - start)
        }
    }

    /// Returns bounds between the sorted values, so that the bins have about equally many values. Frequent values have
    /// bins of their own.
    private static func bounds(_ values: [Float], maxBin: Int, minDataInBin: Int) -> [Float] {
        var distinct: [(value: Float, count: Int)] = []
        for value in values {
            if let last = distinct.last, last.value == value {
                distinct[distinct.count - 1].count += 1
            } else {
                distinct.append((value, 1))
            }
        }
        let bins = max(1, min(maxBin, values.count / minDataInBin))
        let mean = Double(values.count) / Double(bins)
        let isFrequent = distinct.map { distinct.count > bins && Double($0.count) >= mean }
        var rest = 0
        var restBins = bins
        for (i, entry) in distinct.enumerated() {
            if isFrequent[i] { restBins -= 1 } else { rest += entry.count }
        }
        var bounds: [Float] = []
        var inBin = 0
        for i in 0..<max(0, distinct.count - 1) where bounds.count < bins - 1 {
            inBin += distinct[i].count
            if !isFrequent[i] { rest -= distinct[i].count }
            let size = distinct.count <= bins ? 0 : Double(rest + inBin) / Double(max(1, restBins))
            let isFull =
                Double(inBin) >= size || isFrequent[i] || isFrequent[i + 1] && Double(inBin) >= size / 2
            guard isFull, inBin >= minDataInBin else { continue }
            bounds.append(middle(distinct[i].value, distinct[i + 1].value))
            inBin = 0
            if !isFrequent[i] { restBins -= 1 }
        }
        return bounds
    }

    /// Returns the mean of two values, rounded down, but at least the lower one.
    private static func middle(_ low: Float, _ high: Float) -> Float {
        let exact = Double(low) / 2 + Double(high) / 2
        let rounded = Float(exact)
        return Double(rounded) > exact ? rounded.nextDown : rounded
    }
}
