import Autograd

/// The rank of each value among the distinct values of its feature, column by column.
///
/// Features are rounded to `Float`, as in scikit-learn. Sorting ranks takes fewer passes than sorting the values. With many
/// rows, ordered bits of the values serve as ranks, because they need no table of the distinct values.
final class FeatureRanks: @unchecked Sendable {
    let rows: Int
    let features: Int
    private let ranks: UnsafeMutablePointer<UInt32>
    private let distinct: [[Float]]?

    /// The largest number of rows with a table of the distinct values.
    static let mostRowsWithTable = 1 << 18

    /// Values that are closer than this are not separated.
    static let threshold: Float = 1e-7

    /// Throws if a value does not fit into a `Float`.
    init(_ x: Matrix, mostRowsWithTable: Int = FeatureRanks.mostRowsWithTable) throws(FittingError) {
        (rows, features) = (x.rows, x.columns)
        let (rows, features) = (rows, features)
        let ranks = UnsafeMutablePointer<UInt32>.allocate(capacity: rows * features)
        self.ranks = ranks
        let hasTable = rows <= mostRowsWithTable
        var distinct: [[Float]] = Array(repeating: [], count: features)
        var isFinite = Array(repeating: true, count: features)
        let width = features < 256 ? 1 : FeatureRanks.columnsPerChunk
        distinct.withUnsafeMutableBufferPointer { distinct in
            isFinite.withUnsafeMutableBufferPointer { isFinite in
                x.values.withUnsafeBufferPointer { values in
                    Parallel.chunks((features + width - 1) / width) { chunk in
                        let first = chunk * width
                        let chosen = first..<min(features, first + width)
                        FeatureRanks.copyOrderedBits(
                            of: values, chosen, rows: rows, features: features, to: ranks + first * rows)
                        for feature in chosen {
                            let column = ranks + feature * rows
                            isFinite[feature] = FeatureRanks.areFinite(column, rows: rows)
                            if hasTable { distinct[feature] = FeatureRanks.rank(column, rows: rows) }
                        }
                    }
                }
            }
        }
        self.distinct = hasTable ? distinct : nil
        if let column = isFinite.firstIndex(of: false) {
            let row = (0..<rows).first { !Float(x[$0, column]).isFinite } ?? 0
            throw FittingError(
                "row \(row), column \(column)", found: "\(x[row, column])",
                allowed: "a value in the range of Float")
        }
    }

    deinit { ranks.deallocate() }

    /// The ranks of a feature, one per row.
    func column(_ feature: Int) -> UnsafePointer<UInt32> { UnsafePointer(ranks + feature * rows) }

    /// The value of a feature that has the given rank.
    @inline(__always)
    func value(_ feature: Int, _ rank: UInt32) -> Float {
        distinct.map { $0[feature][Int(rank)] } ?? FeatureRanks.float(orderedBits: rank)
    }

    /// Whether two values, the first of which is lower, are too close to be separated.
    @inline(__always)
    func areClose(_ feature: Int, _ low: UInt32, _ high: UInt32) -> Bool {
        value(feature, high) <= value(feature, low) + FeatureRanks.threshold
    }

    /// Returns the largest rank whose value is at most `threshold`. There must be one.
    func rank(_ feature: Int, atMost threshold: Double) -> UInt32 {
        guard let distinct else {
            let rounded = Float(threshold)
            return FeatureRanks.orderedBits(Double(rounded) > threshold ? rounded.nextDown : rounded)
        }
        return distinct[feature].withUnsafeBufferPointer { values in
            var (low, high) = (0, values.count)
            while high - low > 1 {
                let middle = (low + high) / 2
                if Double(values[middle]) <= threshold { low = middle } else { high = middle }
            }
            return UInt32(low)
        }
    }

    /// The columns of a wide matrix that are copied together, so that each of its cache lines is read once. Those of a
    /// narrow one are shared by the threads one by one.
    private static let columnsPerChunk = 8

    /// Copies some columns of a matrix one after the other.
    private static func copyOrderedBits(
        of values: UnsafeBufferPointer<Double>, _ columns: Range<Int>, rows: Int, features: Int,
        to copy: UnsafeMutablePointer<UInt32>
    ) {
        for row in 0..<rows {
            for (index, column) in columns.enumerated() {
                copy[index * rows + row] = orderedBits(Float(values[row * features + column]))
            }
        }
    }

    private static func areFinite(_ orderedBits: UnsafePointer<UInt32>, rows: Int) -> Bool {
        var isFinite = true
        for row in 0..<rows { isFinite = isFinite && float(orderedBits: orderedBits[row]).isFinite }
        return isFinite
    }

    /// Replaces the ordered bits of a column by ranks. Returns the distinct values.
    private static func rank(_ ranks: UnsafeMutablePointer<UInt32>, rows: Int) -> [Float] {
        let keys = UnsafeMutablePointer<UInt64>.allocate(capacity: 2 * rows)
        defer { keys.deallocate() }
        var (low, high) = (UInt32.max, UInt32.min)
        for row in 0..<rows {
            let order = ranks[row]
            (low, high) = (min(low, order), max(high, order))
            keys[row] = UInt64(order) << 32 | UInt64(row)
        }
        let sorted = KeySort().sort(keys, keys + rows, count: rows, low: low, high: high)
        var distinct: [Float] = []
        var last = ~sorted[0]
        for i in 0..<rows {
            let key = sorted[i]
            if key >> 32 != last >> 32 {
                distinct.append(float(orderedBits: UInt32(truncatingIfNeeded: key >> 32)))
                last = key
            }
            ranks[Int(UInt32(truncatingIfNeeded: key))] = UInt32(truncatingIfNeeded: distinct.count &- 1)
        }
        return distinct
    }

    /// Returns bits that are ordered like the values. Both zeros have the same bits.
    private static func orderedBits(_ value: Float) -> UInt32 {
        let bits = (value + 0).bitPattern
        return bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
    }

    private static func float(orderedBits bits: UInt32) -> Float {
        Float(bitPattern: bits & 0x8000_0000 == 0 ? ~bits : bits & 0x7fff_ffff)
    }
}
