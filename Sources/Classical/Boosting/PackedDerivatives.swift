/// Sums of first and second derivatives as integers, packed into 64 bits.
///
/// The sum of the first derivatives is in the upper half, with a sign; that of the second derivatives is in the lower
/// half. One integer addition adds both. Integer sums do not depend on their order, so histograms can be subtracted
/// without an error and computed by any number of threads.
struct PackedDerivatives {
    /// The value of one unit of the first and of the second derivative.
    let (firstUnit, secondUnit): (Double, Double)

    /// Chooses the units so that the sums over all rows fit, and packs the derivatives of each row.
    ///
    /// The values are rounded up or down so that errors cancel out over the rows: by an offset that is a multiple of the
    /// golden ratio.
    init(
        _ first: UnsafePointer<Float>, _ second: UnsafePointer<Float>, _ rows: UnsafePointer<UInt32>,
        _ count: Int, into packed: UnsafeMutablePointer<Int64>
    ) {
        var (largestFirst, largestSecond): (Float, Float) = (0, 0)
        for i in 0..<count {
            let row = Int(rows[i])
            largestFirst = max(largestFirst, abs(first[row]))
            largestSecond = max(largestSecond, second[row])
        }
        let firstLimit = Double(min(0x7fff_ffff / count - 1, 1 << 22))
        let secondLimit = Double(min(0xffff_ffff / count - 1, 1 << 22))
        let firstScale = largestFirst > 0 ? Float(firstLimit / Double(largestFirst)) : 0
        let secondScale = largestSecond > 0 ? Float(secondLimit / Double(largestSecond)) : 0
        firstUnit = firstScale > 0 ? 1 / Double(firstScale) : 0
        secondUnit = secondScale > 0 ? 1 / Double(secondScale) : 0
        for i in 0..<count {
            let row = Int(rows[i])
            let offset = Float((UInt32(truncatingIfNeeded: row) &* 2_654_435_769) >> 8) * 0x1p-24
            let firstUnits = Int64((first[row] * firstScale + offset).rounded(.down))
            let secondUnits = Int64((second[row] * secondScale + offset).rounded(.down))
            packed[i] = firstUnits << 32 &+ secondUnits
        }
    }
}
