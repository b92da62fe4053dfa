/// A split of a node that is being searched for.
struct SplitCandidate {
    /// The score, which grows with the decrease in impurity.
    var score = -Double.infinity
    var feature = -1
    /// The largest rank of the left and the smallest rank of the right child.
    var (low, high): (UInt32, UInt32) = (0, 0)
    /// The threshold, if it is not the mean of the neighboring values.
    var threshold: Double?
}

/// The smallest children that a split may have.
struct ChildLimits {
    var samples: Int
    var weight: Double
}

/// The criterion of a tree together with the targets of the rows.
///
/// The key of a row has its rank in the upper and its payload in the lower 32 bits.
protocol SplitScorer: AnyObject {
    /// The number of statistics of a node.
    var statistics: Int { get }
    /// The number of values of a leaf.
    var outputs: Int { get }

    /// What the criterion needs to know of a row beside its rank.
    func payload(_ row: UInt32) -> UInt32

    /// Computes the statistics of a node; returns its weight and impurity.
    func summarize(
        _ rows: UnsafePointer<UInt32>, _ count: Int, into statistics: UnsafeMutablePointer<Double>
    ) -> (weight: Double, impurity: Double)

    /// Computes the values of a leaf from its statistics.
    func values(
        of statistics: UnsafePointer<Double>, weight: Double, into values: UnsafeMutablePointer<Double>)

    /// Starts the search of a split of a node.
    func enter(_ statistics: UnsafePointer<Double>, weight: Double)

    /// Finds the best split of sorted keys. Returns the score and the number of keys on the left if the score is
    /// above `best` and `accepts` two neighboring ranks, otherwise nil.
    func bestSplit(
        _ keys: UnsafePointer<UInt64>, _ count: Int, _ limits: ChildLimits, best: Double,
        accepts: (_ low: UInt32, _ high: UInt32) -> Bool
    ) -> (score: Double, left: Int)?

    /// Returns the score of the split after the ranks up to `rank`, or nil if a child is too small.
    func score(
        _ keys: UnsafePointer<UInt64>, _ count: Int, _ limits: ChildLimits, upTo rank: UInt32
    ) -> Double?
}

/// The rank of a key.
@inline(__always)
func rank(of key: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: key >> 32) }
