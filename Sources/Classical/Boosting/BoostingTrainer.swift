import Autograd
import Synchronization

/// Fits boosted trees.
struct BoostingTrainer<Objective: BoostingObjective> {
    var objective: Objective
    var parameters: BoostingParameters

    /// Trees, the constant that they are added to, and the gain of each feature.
    struct Result {
        var ensemble: TreeEnsemble
        var baseline: [Double]
        var gains: [Double]
        var history: BoostingHistory
    }

    /// Fits trees; see `ClassifierOptions.fit`. Losses are computed only with a validation set.
    func train(
        _ x: Matrix, generator: RandomGenerator, validation: (x: Matrix, objective: Objective)?
    ) throws(FittingError) -> Result {
        try parameters.check()
        let bins = try FeatureBins(
            x, maxBin: parameters.maxBin, minDataInBin: parameters.minDataInBin, generator: generator)
        let (rows, outputs) = (x.rows, objective.outputs)
        let baseline = objective.baseline()
        let scores = Scores(baseline, rows: rows)
        var held = validation.map { HeldOut($0.x, $0.objective, baseline) }
        let first = Buffer<Float>(outputs * rows)
        let second = Buffer<Float>(outputs * rows)
        let growers = Growers(bins, parameters)
        var trees: [GrownTree] = []
        var history = BoostingHistory()
        var bag = Array(0..<UInt32(rows))
        for iteration in 0..<parameters.nEstimators {
            Parallel.elements(rows, grain: 1024) {
                objective.derivatives(scores.base, $0, first.base, second.base)
            }
            if let drawn = drawRows(iteration, rows, generator) { bag = drawn }
            var grown = Array(repeating: GrownTree(features: 0), count: outputs)
            grown.withUnsafeMutableBufferPointer { grown in
                Parallel.chunks(outputs) { output in
                    let features = drawFeatures(iteration * outputs + output, bins.features, generator)
                    grown[output] = growers.withGrower {
                        $0.grow(
                            first.base + output * rows, second.base + output * rows, rows: bag,
                            features: features, scores: scores.base + output * rows)
                    }
                }
            }
            if grown.allSatisfy({ $0.nodes.count == 1 }) { break }
            trees += grown
            history.iterations += 1
            if held != nil {
                history.training.append(meanLoss(objective, scores.base))
                if let loss = held?.add(grown) { history.validation.append(loss) }
                if let rounds = parameters.earlyStoppingRounds, let best = history.bestIteration,
                    history.iterations - best >= rounds
                {
                    break
                }
            }
        }
        if parameters.earlyStoppingRounds != nil, let best = history.bestIteration {
            history.iterations = best
            trees.removeLast(trees.count - best * outputs)
        }
        if trees.isEmpty { trees = Array(repeating: .constant(features: x.columns), count: outputs) }
        var gains = Array(repeating: 0.0, count: x.columns)
        for tree in trees { for i in gains.indices { gains[i] += tree.importances[i] } }
        let ensemble = TreeEnsemble(trees, features: x.columns, outputs: outputs, leafWidth: 1)
        return Result(ensemble: ensemble, baseline: baseline, gains: gains, history: history)
    }

    /// Returns a new sample of the rows, in ascending order, if one is due.
    private func drawRows(_ iteration: Int, _ rows: Int, _ generator: RandomGenerator) -> [UInt32]? {
        guard parameters.baggingFreq > 0, parameters.baggingFraction < 1,
            iteration % parameters.baggingFreq == 0
        else { return nil }
        let wanted = max(1, Int(parameters.baggingFraction * Double(rows)))
        return choose(wanted, of: rows, generator.split("bagging \(iteration)")).map { UInt32($0) }
    }

    private func drawFeatures(_ tree: Int, _ features: Int, _ generator: RandomGenerator) -> [Bool] {
        guard parameters.featureFraction < 1 else { return Array(repeating: true, count: features) }
        let wanted = max(1, Int((parameters.featureFraction * Double(features)).rounded()))
        var allowed = Array(repeating: false, count: features)
        for feature in choose(wanted, of: features, generator.split("features \(tree)")) {
            allowed[feature] = true
        }
        return allowed
    }

    /// Draws numbers below `count` without replacement; returns them in ascending order.
    private func choose(_ wanted: Int, of count: Int, _ generator: RandomGenerator) -> [Int] {
        var draws = Draws(generator)
        var missing = wanted
        return (0..<count).filter { i in
            guard draws.below(count - i) < missing else { return false }
            missing -= 1
            return true
        }
    }
}

extension BoostingTrainer {
    /// The validation set with its scores.
    private struct HeldOut {
        let x: Matrix
        let objective: Objective
        let scores: Scores

        init(_ x: Matrix, _ objective: Objective, _ baseline: [Double]) {
            (self.x, self.objective) = (x, objective)
            scores = Scores(baseline, rows: x.rows)
        }

        /// Adds one tree per output; returns the mean loss.
        mutating func add(_ trees: [GrownTree]) -> Double {
            for (output, tree) in trees.enumerated() {
                tree.nodes.withUnsafeBufferPointer { nodes in
                    guard let nodes = nodes.baseAddress else { return }
                    Parallel.elements(x.rows, grain: 256) { rows in
                        for row in rows {
                            let leaf = TreeEnsemble.leaf(nodes, root: 0) { Float(x[row, $0]) }
                            scores.base[output * x.rows + row] += tree.leafValues[Int(nodes[leaf].leaf)]
                        }
                    }
                }
            }
            return meanLoss(objective, scores.base)
        }
    }
}

extension GrownTree {
    /// A leaf with the value 0.
    static func constant(features: Int) -> GrownTree {
        var tree = GrownTree(features: features)
        tree.nodes = [TreeNode(leaf: 0, at: 0)]
        (tree.cover, tree.leafValues) = ([0], [0])
        return tree
    }
}

extension BoostingHistory {
    /// The number of iterations with the lowest validation loss.
    var bestIteration: Int? {
        validation.min().flatMap { validation.firstIndex(of: $0) }.map { $0 + 1 }
    }
}

/// The mean loss, with sums in a fixed order.
private func meanLoss(_ objective: some BoostingObjective, _ scores: UnsafePointer<Double>) -> Double {
    let grain = 1024
    var sums = Array(repeating: (sum: 0.0, weight: 0.0), count: (objective.rows + grain - 1) / grain)
    sums.withUnsafeMutableBufferPointer { sums in
        Parallel.elements(objective.rows, grain: grain) {
            sums[$0.lowerBound / grain] = objective.loss(scores, $0)
        }
    }
    let total = sums.reduce((sum: 0.0, weight: 0.0)) { ($0.sum + $1.sum, $0.weight + $1.weight) }
    return total.sum / total.weight
}

/// Memory that is released with its owner.
private final class Buffer<Element: BitwiseCopyable>: @unchecked Sendable {
    let base: UnsafeMutablePointer<Element>

    init(_ count: Int) { base = .allocate(capacity: count) }

    deinit { base.deallocate() }
}

/// The scores of all rows, output by output.
private final class Scores: @unchecked Sendable {
    let base: UnsafeMutablePointer<Double>

    init(_ baseline: [Double], rows: Int) {
        base = .allocate(capacity: baseline.count * rows)
        for (output, value) in baseline.enumerated() {
            (base + output * rows).initialize(repeating: value, count: rows)
        }
    }

    deinit { base.deallocate() }
}

/// As many growers as there are threads that grow trees.
private final class Growers: Sendable {
    private struct Free: @unchecked Sendable {
        var growers: [LeafwiseGrower] = []
    }

    private let free = Mutex(Free())
    private let bins: FeatureBins
    private let parameters: BoostingParameters

    init(_ bins: FeatureBins, _ parameters: BoostingParameters) {
        (self.bins, self.parameters) = (bins, parameters)
    }

    func withGrower(_ body: (LeafwiseGrower) -> GrownTree) -> GrownTree {
        let grower = take() ?? LeafwiseGrower(bins, parameters)
        defer { give(grower) }
        return body(grower)
    }

    private func take() -> LeafwiseGrower? {
        nonisolated(unsafe) var grower: LeafwiseGrower?
        free.withLock { grower = $0.growers.popLast() }
        return grower
    }

    private func give(_ grower: LeafwiseGrower) {
        nonisolated(unsafe) let grower = grower
        free.withLock { $0.growers.append(grower) }
    }
}
