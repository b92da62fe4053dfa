import Autograd

/// How the trees of a forest are grown.
struct ForestPlan {
    var trees: Int
    var growth: TreeGrowth
    var isRandom: Bool
    var bootstrap: Bool
    var maxSamples: SampleCount?
    var outOfBag: Bool

    /// Throws if an option is outside its range.
    func check() throws(FittingError) {
        guard trees >= 1 else {
            throw FittingError("\"n_estimators\"", found: "\(trees)", allowed: "at least 1")
        }
        guard bootstrap || maxSamples == nil else {
            throw FittingError(
                "\"max_samples\"", found: "a value without bootstrap",
                allowed: "nil unless \"bootstrap\" is true")
        }
        guard bootstrap || !outOfBag else {
            throw FittingError(
                "\"oob_score\"", found: "true without bootstrap",
                allowed: "false unless \"bootstrap\" is true")
        }
    }

    /// Grows the trees. `weights` are the probabilities of the bootstrap, or else the weights of the rows.
    /// `makeScorer` receives how often each row was drawn, or nil without bootstrap.
    func grow<Scorer: SplitScorer>(
        _ x: Matrix, weights: [Double]?, generator: RandomGenerator,
        makeScorer: ([UInt32]?) -> Scorer
    ) throws(FittingError) -> (trees: [GrownTree], bags: [RowSet]) {
        let limits = try GrowthLimits(growth, rows: x.rows, features: x.columns)
        let bootstrap =
            bootstrap ? try Bootstrap(rows: x.rows, weights: weights, maxSamples: maxSamples) : nil
        let ranks = try FeatureRanks(x)
        var grown: [GrownTree] = Array(repeating: GrownTree(features: 0), count: trees)
        var bags: [RowSet] = Array(repeating: RowSet(), count: outOfBag ? trees : 0)
        let rows = (0..<UInt32(x.rows)).filter { (weights?[Int($0)] ?? 1) > 0 }
        grown.withUnsafeMutableBufferPointer { grown in
            bags.withUnsafeMutableBufferPointer { bags in
                Parallel.chunks(trees) { tree in
                    let generator = generator.split("tree \(tree)")
                    let counts = bootstrap?.counts(generator)
                    let chosen = counts.map { counts in rows.filter { counts[Int($0)] > 0 } } ?? rows
                    if !bags.isEmpty { bags[tree] = RowSet(chosen, of: x.rows) }
                    grown[tree] = TreeBuilder(
                        ranks, rows: chosen, scorer: makeScorer(counts), limits: limits, isRandom: isRandom,
                        generator: generator
                    ).grow()
                }
            }
        }
        return (grown, bags)
    }

    /// The mean of the importances of the trees that have a split, with the sum 1.
    static func importances(_ trees: [GrownTree]) -> [Double] {
        var sums = Array(repeating: 0.0, count: trees[0].importances.count)
        for tree in trees { for i in sums.indices { sums[i] += tree.importances[i] } }
        let total = sums.reduce(0, +)
        return total > 0 ? sums.map { $0 / total } : sums
    }
}

/// Draws rows with replacement.
struct Bootstrap: Sendable {
    private let rows: Int
    private let draws: Int
    private let cumulative: [Double]?

    /// `weights` are proportional to the probabilities. A fraction of the rows is a fraction of the sum of the weights, as
    /// in scikit-learn.
    init(rows: Int, weights: [Double]?, maxSamples: SampleCount?) throws(FittingError) {
        self.rows = rows
        var sum = 0.0
        cumulative = weights.map { weights in
            weights.map { weight in
                sum += weight
                return sum
            }
        }
        switch maxSamples {
        case nil: draws = rows
        case .count(let count): draws = count
        case .fraction(let fraction):
            draws =
                fraction > 0 && fraction <= 1 ? max(1, Int(fraction * (cumulative?.last ?? Double(rows)))) : 0
        }
        guard (1...max(rows, 1 << 24)).contains(draws) else {
            throw FittingError(
                "\"max_samples\"", found: "\(maxSamples.map { "\($0)" } ?? "nil")",
                allowed: "a number of rows, or a fraction above 0 and at most 1")
        }
    }

    /// Returns how often each row is drawn.
    func counts(_ generator: RandomGenerator) -> [UInt32] {
        var counts: [UInt32] = Array(repeating: 0, count: rows)
        var draw = Draws(generator.split("bootstrap"))
        for _ in 0..<draws {
            guard let cumulative else {
                counts[draw.below(rows)] += 1
                continue
            }
            let value = draw.uniform() * cumulative[rows - 1]
            var (low, high) = (0, rows - 1)
            while low < high {
                let middle = (low + high) / 2
                if cumulative[middle] > value { high = middle } else { low = middle + 1 }
            }
            counts[low] += 1
        }
        return counts
    }
}

/// A set of rows.
struct RowSet: Sendable {
    private var words: [UInt64] = []

    init() {}

    init(_ rows: [UInt32], of count: Int) {
        words = Array(repeating: 0, count: (count + 63) / 64)
        for row in rows { words[Int(row) / 64] |= 1 << UInt64(row % 64) }
    }

    func contains(_ row: Int) -> Bool { words[row / 64] & 1 << UInt64(row % 64) != 0 }
}
