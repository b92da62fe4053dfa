import Autograd

/// Searches the best split of a node among randomly drawn features.
///
/// As in scikit-learn, features that are constant in a node count as drawn, but at least one other feature is tried,
/// and features that are constant in a node are not looked at again in its descendants.
final class SplitSearch<Scorer: SplitScorer> {
    private let ranks: FeatureRanks
    private let scorer: Scorer
    private let maxFeatures: Int
    private let isRandom: Bool
    private var draws: Draws
    private let sort = KeySort()
    private let keys: UnsafeMutablePointer<UInt64>
    private let keyBuffer: UnsafeMutablePointer<UInt64>
    private let payloads: UnsafeMutablePointer<UInt32>
    /// The features; first those that are constant.
    private let features: UnsafeMutablePointer<Int>

    init(
        _ ranks: FeatureRanks, scorer: Scorer, rows: Int, maxFeatures: Int, isRandom: Bool,
        generator: RandomGenerator
    ) {
        (self.ranks, self.scorer, self.maxFeatures, self.isRandom) = (ranks, scorer, maxFeatures, isRandom)
        draws = Draws(generator)
        keys = .allocate(capacity: rows)
        keyBuffer = .allocate(capacity: rows)
        payloads = .allocate(capacity: rows)
        features = .allocate(capacity: ranks.features)
        for feature in 0..<ranks.features { features[feature] = feature }
    }

    deinit {
        keys.deallocate()
        keyBuffer.deallocate()
        payloads.deallocate()
        features.deallocate()
    }

    /// Returns the best split; its feature is -1 if there is none. `constants` is the number of features at the start
    /// of the order that are known to be constant; those that are found are added.
    func best(
        _ rows: UnsafePointer<UInt32>, _ count: Int, _ limits: ChildLimits, constants: inout Int
    ) -> SplitCandidate {
        for i in 0..<count { payloads[i] = scorer.payload(rows[i]) }
        var best = SplitCandidate()
        var (undrawnConstants, first, end) = (constants, constants, ranks.features)
        var (visited, constantsVisited) = (0, 0)
        let drawsAll = maxFeatures == ranks.features
        while first < end && (visited < maxFeatures || visited <= constantsVisited) {
            visited += 1
            let draw = drawsAll ? undrawnConstants : draws.below(undrawnConstants + end - first)
            if draw < undrawnConstants {
                undrawnConstants -= 1
                constantsVisited += 1
                continue
            }
            let position = first + draw - undrawnConstants
            let feature = features[position]
            let (low, high) = gather(rows, count, ranks.column(feature))
            if low == high || ranks.areClose(feature, low, high) {
                features[position] = features[first]
                features[first] = feature
                first += 1
                constantsVisited += 1
                continue
            }
            end -= 1
            features[position] = features[end]
            features[end] = feature
            if isRandom {
                tryRandom(feature, count, limits, low, high, &best)
            } else {
                tryAll(feature, count, limits, low, high, &best)
            }
        }
        constants = first
        return best
    }

    /// Fills the keys with a feature; returns the smallest and the largest rank.
    private func gather(
        _ rows: UnsafePointer<UInt32>, _ count: Int, _ column: UnsafePointer<UInt32>
    ) -> (UInt32, UInt32) {
        var (low, high) = (UInt32.max, UInt32.min)
        for i in 0..<count {
            let rank = column[Int(rows[i])]
            low = min(low, rank)
            high = max(high, rank)
            keys[i] = UInt64(rank) << 32 | UInt64(payloads[i])
        }
        return (low, high)
    }

    private func tryAll(
        _ feature: Int, _ count: Int, _ limits: ChildLimits, _ low: UInt32, _ high: UInt32,
        _ best: inout SplitCandidate
    ) {
        let sorted = sort.sort(keys, keyBuffer, count: count, low: low, high: high)
        let found = scorer.bestSplit(sorted, count, limits, best: best.score) {
            !ranks.areClose(feature, $0, $1)
        }
        guard let found else { return }
        best = SplitCandidate(
            score: found.score, feature: feature, low: rank(of: sorted[found.left - 1]),
            high: rank(of: sorted[found.left]))
    }

    private func tryRandom(
        _ feature: Int, _ count: Int, _ limits: ChildLimits, _ low: UInt32, _ high: UInt32,
        _ best: inout SplitCandidate
    ) {
        let (lowest, highest) = (Double(ranks.value(feature, low)), Double(ranks.value(feature, high)))
        var threshold = lowest + draws.uniform() * (highest - lowest)
        if threshold >= highest { threshold = lowest }
        let bound = ranks.rank(feature, atMost: threshold)
        guard let score = scorer.score(keys, count, limits, upTo: bound), score > best.score else { return }
        best = SplitCandidate(score: score, feature: feature, low: bound, high: high, threshold: threshold)
    }
}
