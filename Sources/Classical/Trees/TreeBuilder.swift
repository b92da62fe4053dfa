import Autograd

/// Grows one tree.
final class TreeBuilder<Scorer: SplitScorer> {
    private let ranks: FeatureRanks
    private let scorer: Scorer
    private let limits: GrowthLimits
    private let search: SplitSearch<Scorer>
    private let rows: UnsafeMutablePointer<UInt32>
    private let rowBuffer: UnsafeMutablePointer<UInt32>
    private let statistics: UnsafeMutablePointer<Double>
    private let count: Int
    private var tree: GrowingTree
    private var totalWeight = 0.0
    private var childLimits = ChildLimits(samples: 1, weight: 0)

    /// A node with its rows, its depth, and the number of features known to be constant in it.
    private struct Task {
        var node: Int
        var depth: Int
        var constants: Int
    }

    /// A split that has been found but is not part of the tree yet.
    private struct Split {
        var task: Task
        var children: Int
        var feature: Int
        var threshold: Float
        var improvement: Double
        var constants: Int
    }

    init(
        _ ranks: FeatureRanks, rows chosen: [UInt32], scorer: Scorer, limits: GrowthLimits,
        isRandom: Bool, generator: RandomGenerator
    ) {
        (self.ranks, self.scorer, self.limits) = (ranks, scorer, limits)
        count = chosen.count
        rows = .allocate(capacity: count)
        rowBuffer = .allocate(capacity: count)
        statistics = .allocate(capacity: scorer.statistics)
        for (i, row) in chosen.enumerated() { rows[i] = row }
        search = SplitSearch(
            ranks, scorer: scorer, rows: count, maxFeatures: limits.maxFeatures, isRandom: isRandom,
            generator: generator)
        tree = GrowingTree(leaves: min(count, limits.maxLeafNodes ?? count))
    }

    deinit {
        rows.deallocate()
        rowBuffer.deallocate()
        statistics.deallocate()
    }

    /// Grows and prunes the tree.
    func grow() -> GrownTree {
        let root = add(0..<count)
        totalWeight = tree.nodes[root].weight
        childLimits = ChildLimits(
            samples: limits.minSamplesLeaf, weight: limits.minWeightFractionLeaf * totalWeight)
        let task = Task(node: root, depth: 0, constants: 0)
        if let leaves = limits.maxLeafNodes { growBestFirst(task, leaves) } else { growDepthFirst(task) }
        if limits.ccpAlpha > 0 { tree.prune(limits.ccpAlpha) }
        return tree.finished(features: ranks.features, outputs: scorer.outputs) { node, values in
            let weight = summarize(tree.nodes[node].rows).weight
            scorer.values(of: statistics, weight: weight, into: values)
        }
    }

    private func add(_ rows: Range<Int>) -> Int { tree.add(rows: rows, summarize(rows)) }

    /// Computes the statistics of some rows; returns their weight and impurity.
    private func summarize(_ range: Range<Int>) -> (weight: Double, impurity: Double) {
        scorer.summarize(rows + range.lowerBound, range.count, into: statistics)
    }

    private func growDepthFirst(_ root: Task) {
        var stack = [root]
        while let task = stack.popLast() {
            guard let split = findSplit(task) else { continue }
            let (left, right) = apply(split)
            stack.append(right)
            stack.append(left)
        }
    }

    private func growBestFirst(_ root: Task, _ leaves: Int) {
        var frontier: [Split] = []
        func add(_ task: Task) {
            // The order of the features changes between a node and its children, so no constants are known.
            var task = task
            task.constants = 0
            if let split = findSplit(task) { frontier.append(split) }
        }
        add(root)
        var count = 1
        while count < leaves && !frontier.isEmpty {
            var best = 0
            for i in frontier.indices where frontier[i].improvement > frontier[best].improvement { best = i }
            let (left, right) = apply(frontier.remove(at: best))
            count += 1
            if count < leaves {
                add(left)
                add(right)
            }
        }
    }

    /// Finds the split of a node and sorts the rows of its children. Returns nil if the node stays a leaf.
    private func findSplit(_ task: Task) -> Split? {
        let node = tree.nodes[task.node]
        let count = node.rows.count
        guard task.depth < limits.maxDepth, count >= limits.minSamplesSplit, node.impurity > 0x1p-52,
            node.weight >= 2 * childLimits.weight
        else { return nil }
        let start = node.rows.lowerBound
        scorer.enter(statistics, weight: summarize(node.rows).weight)
        var constants = task.constants
        let candidate = search.best(rows + start, count, childLimits, constants: &constants)
        guard candidate.feature >= 0 else { return nil }
        let middle = start + partition(rows + start, count, ranks.column(candidate.feature), candidate.low)
        let first = add(start..<middle)
        let second = add(middle..<start + count)
        let improvement =
            (node.weight * node.impurity - tree.nodes[first].weight * tree.nodes[first].impurity
                - tree.nodes[second].weight * tree.nodes[second].impurity) / totalWeight
        guard improvement + 0x1p-52 >= limits.minImpurityDecrease else {
            tree.nodes.removeLast(2)
            return nil
        }
        return Split(
            task: task, children: first, feature: candidate.feature,
            threshold: threshold(candidate), improvement: improvement, constants: constants)
    }

    /// The threshold, rounded down to `Float`. Values of type `Float` are on the same side of both.
    private func threshold(_ split: SplitCandidate) -> Float {
        let low = ranks.value(split.feature, split.low)
        let high = ranks.value(split.feature, split.high)
        var exact = split.threshold ?? Double(low) / 2 + Double(high) / 2
        if exact >= Double(high) { exact = Double(low) }
        let rounded = Float(exact)
        return Double(rounded) > exact ? rounded.nextDown : rounded
    }

    private func apply(_ split: Split) -> (left: Task, right: Task) {
        tree.nodes[split.task.node].feature = Int32(split.feature)
        tree.nodes[split.task.node].threshold = split.threshold
        tree.nodes[split.task.node].left = Int32(split.children)
        let left = Task(
            node: split.children, depth: split.task.depth + 1, constants: split.constants)
        let right = Task(
            node: split.children + 1, depth: left.depth, constants: split.constants)
        return (left, right)
    }

    /// Moves the rows whose rank is at most `bound` to the front. Both sides keep their order.
    private func partition(
        _ rows: UnsafeMutablePointer<UInt32>, _ count: Int, _ column: UnsafePointer<UInt32>, _ bound: UInt32
    ) -> Int {
        var (left, right) = (0, 0)
        for i in 0..<count {
            let row = rows[i]
            let goesLeft = column[Int(row)] <= bound ? 1 : 0
            rows[left] = row
            rowBuffer[right] = row
            left += goesLeft
            right += 1 - goesLeft
        }
        (rows + left).update(from: rowBuffer, count: right)
        return left
    }
}
