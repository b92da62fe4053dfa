import Foundation

/// A measure of impurity that is a sum of a function over the weights of the classes.
protocol ClassImpurity {
    /// The function of the weight of a class.
    static func term(_ weight: Double) -> Double
    /// The change of `term` if a weight grows.
    static func change(_ weight: Double, by more: Double) -> Double
    /// The score of a child: the larger, the purer.
    static func score(_ terms: Double, weight: Double) -> Double
    /// The impurity of a node.
    static func impurity(_ terms: Double, weight: Double) -> Double
}

/// The Gini impurity: 1 minus the sum of the squared shares.
enum Gini: ClassImpurity {
    @inline(__always)
    static func term(_ weight: Double) -> Double { weight * weight }
    @inline(__always)
    static func change(_ weight: Double, by more: Double) -> Double { more * (weight + weight + more) }
    @inline(__always)
    static func score(_ terms: Double, weight: Double) -> Double { terms / weight }
    static func impurity(_ terms: Double, weight: Double) -> Double { 1 - terms / (weight * weight) }
}

/// The entropy in bits.
enum Entropy: ClassImpurity {
    @inline(__always)
    static func term(_ weight: Double) -> Double { weight > 0 ? weight * log2(weight) : 0 }
    @inline(__always)
    static func change(_ weight: Double, by more: Double) -> Double { term(weight + more) - term(weight) }
    @inline(__always)
    static func score(_ terms: Double, weight: Double) -> Double { terms - term(weight) }
    static func impurity(_ terms: Double, weight: Double) -> Double { (term(weight) - terms) / weight }
}

/// Scores splits of classification trees.
///
/// The terms of both children are updated row by row, so that the cost does not depend on the number of classes.
final class ClassScorer<Targets: ClassTargets, Impurity: ClassImpurity>: SplitScorer {
    let outputs: Int
    private let targets: Targets
    private let left: UnsafeMutablePointer<Double>
    private let total: UnsafeMutablePointer<Double>
    private var (weight, terms) = (0.0, 0.0)

    init(_ targets: Targets, classes: Int, impurity: Impurity.Type) {
        (self.targets, outputs) = (targets, classes)
        left = .allocate(capacity: classes)
        total = .allocate(capacity: classes)
        total.initialize(repeating: 0, count: classes)
    }

    deinit {
        left.deallocate()
        total.deallocate()
    }

    var statistics: Int { outputs }

    @inline(__always)
    func payload(_ row: UInt32) -> UInt32 { targets.payload(row) }

    func summarize(
        _ rows: UnsafePointer<UInt32>, _ count: Int, into statistics: UnsafeMutablePointer<Double>
    ) -> (weight: Double, impurity: Double) {
        statistics.update(repeating: 0, count: outputs)
        for i in 0..<count {
            let (label, weight) = targets.target(targets.payload(rows[i]))
            statistics[label] += weight
        }
        var (weight, terms) = (0.0, 0.0)
        for label in 0..<outputs { weight += statistics[label] }
        for label in 0..<outputs { terms += Impurity.term(statistics[label]) }
        return (weight, weight > 0 ? Impurity.impurity(terms, weight: weight) : 0)
    }

    func values(
        of statistics: UnsafePointer<Double>, weight: Double, into values: UnsafeMutablePointer<Double>
    ) {
        for label in 0..<outputs { values[label] = statistics[label] / weight }
    }

    func enter(_ statistics: UnsafePointer<Double>, weight: Double) {
        total.update(from: statistics, count: outputs)
        self.weight = weight
        terms = 0
        for label in 0..<outputs { terms += Impurity.term(total[label]) }
    }

    @inline(__always)
    func bestSplit(
        _ keys: UnsafePointer<UInt64>, _ count: Int, _ limits: ChildLimits, best: Double,
        accepts: (UInt32, UInt32) -> Bool
    ) -> (score: Double, left: Int)? {
        let (left, total, targets, weight) = (left, total, targets, weight)
        left.update(repeating: 0, count: outputs)
        var (leftTerms, rightTerms, leftWeight) = (0.0, terms, 0.0)
        var (bestScore, bestCount) = (best, 0)
        let last = count - limits.samples
        var key = keys[0]
        var i = 0
        while i < last {
            let (label, more) = targets.target(UInt32(truncatingIfNeeded: key))
            let before = left[label]
            let after = before + more
            leftTerms += Impurity.change(before, by: more)
            rightTerms -= Impurity.change(total[label] - after, by: more)
            left[label] = after
            leftWeight += more
            i += 1
            let next = keys[i]
            if next >> 32 != key >> 32 && i >= limits.samples {
                let rightWeight = weight - leftWeight
                let score =
                    Impurity.score(leftTerms, weight: leftWeight)
                    + Impurity.score(rightTerms, weight: rightWeight)
                if score > bestScore && leftWeight >= limits.weight && rightWeight >= limits.weight
                    && accepts(rank(of: key), rank(of: next))
                {
                    (bestScore, bestCount) = (score, i)
                }
            }
            key = next
        }
        return bestCount > 0 ? (bestScore, bestCount) : nil
    }

    func score(
        _ keys: UnsafePointer<UInt64>, _ count: Int, _ limits: ChildLimits, upTo bound: UInt32
    ) -> Double? {
        let (left, total, targets) = (left, total, targets)
        left.update(repeating: 0, count: outputs)
        var (leftCount, leftWeight) = (0, 0.0)
        for i in 0..<count {
            let goesLeft = rank(of: keys[i]) <= bound ? 1 : 0
            let (label, weight) = targets.target(UInt32(truncatingIfNeeded: keys[i]))
            let more = weight * Double(goesLeft)
            left[label] += more
            leftWeight += more
            leftCount += goesLeft
        }
        let rightWeight = weight - leftWeight
        guard min(leftCount, count - leftCount) >= limits.samples, leftWeight >= limits.weight,
            rightWeight >= limits.weight
        else { return nil }
        var (leftTerms, rightTerms) = (0.0, 0.0)
        for label in 0..<outputs {
            leftTerms += Impurity.term(left[label])
            rightTerms += Impurity.term(total[label] - left[label])
        }
        return Impurity.score(leftTerms, weight: leftWeight) + Impurity.score(rightTerms, weight: rightWeight)
    }
}
