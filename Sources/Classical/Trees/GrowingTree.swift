/// The nodes of a tree that is being grown, in any order, with the statistics of every node.
struct GrowingTree {
    /// A node; a leaf has no left child. The right child follows the left one.
    struct Node {
        var feature = -1
        var threshold: Float = 0
        var left = -1
        var weight: Double
        var impurity: Double
    }

    var nodes: [Node] = []
    private var statistics: [Double] = []
    private let width: Int

    init(statistics width: Int) { self.width = width }

    /// Adds a leaf whose statistics, weight and impurity `summarize` computes; returns its index.
    mutating func add(
        _ summarize: (UnsafeMutablePointer<Double>) -> (weight: Double, impurity: Double)
    ) -> Int {
        let start = statistics.count
        statistics.append(contentsOf: repeatElement(0, count: width))
        let (weight, impurity) = statistics.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.map { summarize($0 + start) } ?? (0, 0)
        }
        nodes.append(Node(weight: weight, impurity: impurity))
        return nodes.count - 1
    }

    mutating func removeLast(_ count: Int) {
        nodes.removeLast(count)
        statistics.removeLast(count * width)
    }

    func withStatistics<Result>(_ node: Int, _ body: (UnsafePointer<Double>) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: width) { copy in
            for i in 0..<width { copy[i] = statistics[node * width + i] }
            return body(UnsafePointer(copy.baseAddress!))
        }
    }

    /// Removes the branches whose decrease in impurity is not above `alpha` for each leaf (minimal cost-complexity
    /// pruning).
    mutating func prune(_ alpha: Double) {
        // Children come after their parents, so costs can be summed up from the last node.
        var costs = nodes.map { $0.weight * $0.impurity / nodes[0].weight + alpha }
        for i in nodes.indices.reversed() where nodes[i].left >= 0 {
            let branch = costs[nodes[i].left] + costs[nodes[i].left + 1]
            if costs[i] <= branch { nodes[i].left = -1 } else { costs[i] = branch }
        }
    }

    /// Returns the tree in depth-first order with the impurity decrease of each feature. `values` computes the values of
    /// a leaf.
    func finished(
        features: Int, outputs: Int, values: (_ node: Int, UnsafeMutablePointer<Double>) -> Void
    ) -> GrownTree {
        var grown = GrownTree(features: features)
        var pure: [Int: Int32] = [:]
        var stack = [(node: 0, parent: -1)]
        while let (index, parent) = stack.popLast() {
            let node = nodes[index]
            let slot = Int32(grown.nodes.count)
            if parent >= 0 { grown.nodes[parent].right = slot }
            grown.cover.append(node.weight)
            if node.left >= 0 {
                grown.nodes.append(
                    TreeNode(feature: Int32(node.feature), threshold: node.threshold, left: slot + 1))
                let (left, right) = (nodes[node.left], nodes[node.left + 1])
                grown.importances[node.feature] +=
                    node.weight * node.impurity - left.weight * left.impurity
                    - right.weight * right.impurity
                stack.append((node.left + 1, Int(slot)))
                stack.append((node.left, -1))
            } else {
                let leaf = grown.leaf(pure: &pure, outputs: outputs) { values(index, $0) }
                grown.nodes.append(TreeNode(leaf: leaf, at: slot))
            }
        }
        let total = grown.importances.reduce(0, +)
        if total > 0 { for i in grown.importances.indices { grown.importances[i] /= total } }
        return grown
    }
}
