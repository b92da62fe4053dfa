import Autograd
import Glibc

/// Two-sided paired tests of whether two systems evaluated on the same examples differ. Each returns a p-value.
public enum PairedTest {
    /// Performs McNemar's exact test: of the examples that exactly one of two systems classifies correctly, does
    /// each system get about half? Returns 1 if there are no such examples.
    ///
    /// Throws an `InputError` if the lengths differ.
    public static func mcNemar(_ first: [Bool], _ second: [Bool]) throws(InputError) -> Double {
        try checkCounts(first.count, second.count)
        let onlyFirst = zip(first, second).count { $0 && !$1 }
        let onlySecond = zip(first, second).count { !$0 && $1 }
        let n = onlyFirst + onlySecond
        guard n > 0 else { return 1 }
        let sum = (0...min(onlyFirst, onlySecond)).reduce(0.0) {
            $0 + exp(logBinomial(n, $1) - Double(n) * log(2))
        }
        return min(1, 2 * sum)
    }

    /// Performs Wilcoxon's signed-rank test on two lists of results, such as accuracies per fold and seed. Equal
    /// pairs are dropped. The test is exact for up to 50 pairs, including ties, and uses the normal approximation
    /// beyond. Returns 1 if all pairs are equal.
    ///
    /// Throws an `InputError` if the lengths differ or a result is not finite.
    public static func wilcoxon(_ first: [Double], _ second: [Double]) throws(InputError) -> Double {
        try checkCounts(first.count, second.count)
        try checkFinite(first + second)
        let differences = zip(first, second).map { $0 - $1 }.filter { $0 != 0 }
        guard !differences.isEmpty else { return 1 }
        let (doubled, ties) = doubledRanks(differences.map { abs($0) })
        let positive = zip(differences, doubled).reduce(0) { $0 + ($1.0 > 0 ? $1.1 : 0) }
        let total = doubled.reduce(0, +)
        if differences.count <= 50 { return exactSignedRank(min(positive, total - positive), doubled) }
        let count = Double(differences.count)
        let variance = count * (count + 1) * (2 * count + 1) / 24 - ties / 48
        let distance = abs(Double(2 * positive - total)) / 4
        return variance > 0 ? erfc(distance / (2 * variance).squareRoot()) : 1
    }

    /// Performs Student's paired t-test on two lists of results; it assumes normally distributed differences.
    /// Returns NaN with fewer than two pairs, or if all differences are equal but not 0, because their variance is
    /// then unknown.
    ///
    /// Throws an `InputError` if the lengths differ or a result is not finite.
    public static func student(_ first: [Double], _ second: [Double]) throws(InputError) -> Double {
        try checkCounts(first.count, second.count)
        try checkFinite(first + second)
        let differences = zip(first, second).map { $0 - $1 }
        guard differences.count > 1 else { return .nan }
        guard differences.contains(where: { $0 != 0 }) else { return 1 }
        let count = Double(differences.count)
        let mean = differences.reduce(0, +) / count
        let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let size = differences.reduce(0) { $0 + $1 * $1 }
        guard squares > 1e-24 * size else { return .nan }
        let t = mean / (squares / (count - 1) / count).squareRoot()
        return 2 * StudentT(freedom: count - 1).cumulative(-abs(t))
    }

    /// Performs a permutation test of the mean difference between two lists of results. The signs of the
    /// differences are flipped at random, or in every combination if there are at most `draws` combinations.
    ///
    /// Throws an `InputError` if the lengths differ or a result is not finite.
    public static func permutation(
        _ first: [Double], _ second: [Double], draws: Int = 10000, generator: RandomGenerator
    ) throws(InputError) -> Double {
        try checkCounts(first.count, second.count)
        try checkFinite(first + second)
        let differences = zip(first, second).map { $0 - $1 }
        let found = abs(differences.reduce(0, +))
        // The sum of the same values with a different order of signs differs in the last digits.
        let slack = 1e-12 * differences.reduce(0) { $0 + abs($1) }
        return permutation(count: differences.count, draws: draws, generator: generator) { flips in
            abs(zip(differences, flips).reduce(0) { $0 + ($1.1 ? -$1.0 : $1.0) }) >= found - slack
        }
    }

    /// Adjusts the p-values of several tests for the family-wise error rate (Holm 1979).
    public static func holm(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
        var adjusted = values
        var largest = 0.0
        for (rank, place) in order.enumerated() {
            largest = max(largest, min(1, values[place] * Double(values.count - rank)))
            adjusted[place] = largest
        }
        return adjusted
    }

    /// Whether a permutation test of `count` pairs uses all sign patterns: there are at most `draws`.
    package static func isExact(_ count: Int, draws: Int) -> Bool { count < 60 && 1 << count <= draws }

    /// Returns the proportion of sign patterns for which `isAsLarge` is true: over all patterns if there are few,
    /// else over random draws plus the observed pattern.
    static func permutation(
        count: Int, draws: Int, generator: RandomGenerator, isAsLarge: ([Bool]) -> Bool
    ) -> Double {
        guard count > 0 else { return 1 }
        if isExact(count, draws: draws) {
            let all = 0..<(1 << count)
            return Double(all.count { n in isAsLarge((0..<count).map { n >> $0 & 1 == 1 }) })
                / Double(all.count)
        }
        let large = (0..<max(1, draws)).count { _ in
            isAsLarge((0..<count).map { _ in generator.next() & 1 == 1 })
        }
        return Double(large + 1) / Double(max(1, draws) + 1)
    }

    /// Returns twice the probability that the ranks of one sign sum to at most `sum` if both signs are equally
    /// likely.
    private static func exactSignedRank(_ sum: Int, _ ranks: [Int]) -> Double {
        // ways[s]: the number of sets of ranks with sum s.
        var ways = [1.0] + Array(repeating: 0, count: ranks.reduce(0, +))
        for rank in ranks {
            for sum in stride(from: ways.count - 1, through: rank, by: -1) { ways[sum] += ways[sum - rank] }
        }
        return min(1, 2 * ways[0...sum].reduce(0, +) / exp2(Double(ranks.count)))
    }

    /// Returns twice the ranks, starting at 1 and averaged over ties, and the sum of t^3 - t over groups of t tied
    /// values.
    private static func doubledRanks(_ numbers: [Double]) -> (ranks: [Int], ties: Double) {
        let order = numbers.indices.sorted { numbers[$0] < numbers[$1] }
        var ranks = Array(repeating: 0, count: numbers.count)
        var ties = 0.0
        var start = 0
        while start < order.count {
            var end = start
            while end < order.count, numbers[order[end]] == numbers[order[start]] { end += 1 }
            let size = Double(end - start)
            for place in start..<end { ranks[order[place]] = start + end + 1 }
            ties += size * size * size - size
            start = end
        }
        return (ranks, ties)
    }

    private static func logBinomial(_ n: Int, _ k: Int) -> Double {
        lgamma(Double(n + 1)) - lgamma(Double(k + 1)) - lgamma(Double(n - k + 1))
    }

    private static func checkCounts(_ first: Int, _ second: Int) throws(InputError) {
        guard first == second else {
            throw InputError("\(first) and \(second) results; a paired test needs the same number")
        }
    }

    private static func checkFinite(_ values: [Double]) throws(InputError) {
        if let strange = values.first(where: { !$0.isFinite }) {
            throw InputError("a result of \(strange); expected finite values")
        }
    }
}
