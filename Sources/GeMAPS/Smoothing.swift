/// Moving averages over three frames.
enum Smoothing {
    /// The average at frame `i` of values that are repeated beyond both ends.
    @inline(__always)
    static func average(_ count: Int, _ i: Int, _ value: (Int) -> Double) -> Double {
        (value(clamp(i - 1, count)) + value(clamp(i, count)) + value(clamp(i + 1, count))) / 3
    }

    /// The average of the values that are not zero, if the middle one is not.
    @inline(__always)
    static func averageOfNonzero(_ count: Int, _ i: Int, _ value: (Int) -> Double) -> Double {
        guard value(clamp(i, count)) != 0 else { return 0 }
        var (sum, terms) = (0.0, 0.0)
        for k in i - 1...i + 1 {
            let x = value(clamp(k, count))
            if x != 0 {
                sum += x
                terms += 1
            }
        }
        return sum / terms
    }

    @inline(__always)
    private static func clamp(_ i: Int, _ count: Int) -> Int { i < 0 ? 0 : i >= count ? count - 1 : i }
}
