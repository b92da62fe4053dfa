import Autograd

/// Grows one tree.
final class TreeBuilder<Scorer: SplitScorer> {
    private let ranks: FeatureRanks
    private let scorer: Scorer
    private let limits: GrowthLimits
    private let search: SplitSearch<Scorer>
    private let rows: UnsafeMutablePointer<UInt32>
    private let rowBuffer: UnsafeMutablePointer<UInt32>
    private let count: Int
    private var tree: GrowingTree
    private var totalWeight = 0.0
    private var childLimits = ChildLimits(samples: 1, weight: 0)

    /// A node with its rows, its depth, and the number of features known to be constant in it.
    private struct Task {
        var node: Int
        var rows: Range<Int>
        var depth: Int
        var constants: Int
    }

    /// A split that has been found but is not part of the tree yet.
    private struct Split {
        var task: Task
        var leftRows: Int
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
        for (i, row) in chosen.enumerated() { rows[i] = row }
        search = SplitSearch(
            ranks, scorer: scorer, rows: count, maxFeatures: limits.maxFeatures, isRandom: isRandom,
            generator: generator)
        tree = GrowingTree(statistics: scorer.statistics)
    }

    deinit {
        rows.deallocate()
        rowBuffer.deallocate()
    }

    /// Grows and prunes the tree.
    func grow() -> GrownTree {
        let root = tree.add { scorer.summarize(rows, count, into: $0) }
        totalWeight = tree.nodes[root].weight
        childLimits = ChildLimits(
            samples: limits.minSamplesLeaf, weight: limits.minWeightFractionLeaf * totalWeight)
        let task = Task(node: root, rows: 0..<count, depth: 0, constants: 0)
        if let leaves = limits.maxLeafNodes { growBestFirst(task, leaves) } else { growDepthFirst(task) }
        if limits.ccpAlpha > 0 { tree.prune(limits.ccpAlpha) }
        return tree.finished(features: ranks.features, outputs: scorer.outputs) { node, values in
            tree.withStatistics(node) {
                scorer.values(of: $0, weight: tree.nodes[node].weight, into: values)
            }
        }
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
        let count = task.rows.count
        guard task.depth < limits.maxDepth, count >= limits.minSamplesSplit, node.impurity > 0x1p-52,
            node.weight >= 2 * childLimits.weight
        else { return nil }
        let start = rows + task.rows.lowerBound
        tree.withStatistics(task.node) { scorer.enter($0, weight: node.weight) }
        var constants = task.constants
        let candidate = search.best(start, count, childLimits, constants: &constants)
        guard candidate.feature >= 0 else { return nil }
        let left = partition(start, count, ranks.column(candidate.feature), candidate.low)
        let first = tree.add { scorer.summarize(start, left, into: $0) }
        let second = tree.add { scorer.summarize(start + left, count - left, into: $0) }
        let improvement =
            (node.weight * node.impurity - tree.nodes[first].weight * tree.nodes[first].impurity
                - tree.nodes[second].weight * tree.nodes[second].impurity) / totalWeight
        guard improvement + 0x1p-52 >= limits.minImpurityDecrease else {
            tree.removeLast(2)
            return nil
        }
        return Split(
            task: task, leftRows: left, children: first, feature: candidate.feature,
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
        tree.nodes[split.task.node].feature = split.feature
        tree.nodes[split.task.node].threshold = split.threshold
        tree.nodes[split.task.node].left = split.children
        let middle = split.task.rows.lowerBound + split.leftRows
        let left = Task(
            node: split.children, rows: split.task.rows.lowerBound..<middle, depth: split.task.depth + 1,
            constants: split.constants)
        let right = Task(
            node: split.children + 1, rows: middle..<split.task.rows.upperBound, depth: left.depth,
            constants: split.constants)
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
