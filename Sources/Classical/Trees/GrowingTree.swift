/// The nodes of a tree that is being grown, in any order.
struct GrowingTree {
    /// A node; a leaf has no left child. The right child follows the left one.
    struct Node {
        var feature: Int32 = -1
        var left: Int32 = -1
        var threshold: Float = 0
        /// Its rows, in the order of the builder.
        var (firstRow, rowCount): (UInt32, UInt32)
        var weight: Double
        var impurity: Double

        var rows: Range<Int> { Int(firstRow)..<Int(firstRow + rowCount) }
    }

    var nodes: [Node] = []

    /// `leaves` is the largest number of leaves.
    init(leaves: Int) {
        // Memory that is not touched costs nothing, but growth would copy the nodes.
        nodes.reserveCapacity(2 * leaves)
    }

    /// Adds a leaf; returns its index.
    mutating func add(rows: Range<Int>, _ summary: (weight: Double, impurity: Double)) -> Int {
        nodes.append(
            Node(
                firstRow: UInt32(rows.lowerBound), rowCount: UInt32(rows.count), weight: summary.weight,
                impurity: summary.impurity))
        return nodes.count - 1
    }

    /// Removes the branches whose decrease in impurity is not above `alpha` for each leaf (minimal cost-complexity
    /// pruning).
    mutating func prune(_ alpha: Double) {
        // Children come after their parents, so costs can be summed up from the last node.
        var costs = nodes.map { $0.weight * $0.impurity / nodes[0].weight + alpha }
        for i in nodes.indices.reversed() where nodes[i].left >= 0 {
            let left = Int(nodes[i].left)
            let branch = costs[left] + costs[left + 1]
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
                    TreeNode(feature: node.feature, threshold: node.threshold, left: slot + 1))
                let (left, right) = (nodes[Int(node.left)], nodes[Int(node.left) + 1])
                grown.importances[Int(node.feature)] +=
                    node.weight * node.impurity - left.weight * left.impurity
                    - right.weight * right.impurity
                stack.append((Int(node.left) + 1, Int(slot)))
                stack.append((Int(node.left), -1))
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
