extension TreeEnsemble {
    /// The arrays that determine the trees. Children and leaves are indices within their tree.
    var arrays: [NamedArray] {
        var right = nodes.map { Double($0.right) }
        var treeLeaves: [Double] = []
        var firstLeaf = 0
        for tree in 0..<trees {
            var end = firstLeaf
            for i in roots[tree]..<roots[tree + 1] {
                if nodes[i].isLeaf {
                    right[i] = Double(Int(nodes[i].leaf) - firstLeaf)
                    end = max(end, Int(nodes[i].leaf) + 1)
                } else {
                    right[i] -= Double(roots[tree])
                }
            }
            treeLeaves.append(Double(end - firstLeaf))
            firstLeaf = end
        }
        let sizes = (0..<trees).map { Double(roots[$0 + 1] - roots[$0]) }
        return [
            NamedArray("features", shape: [], [Double(features)]),
            NamedArray("outputs", shape: [], [Double(outputs)]),
            NamedArray("tree_nodes", shape: [trees], sizes),
            NamedArray("tree_leaves", shape: [trees], treeLeaves),
            NamedArray(
                "feature", shape: [nodes.count], nodes.map { $0.isLeaf ? -1 : Double($0.feature) }),
            NamedArray(
                "threshold", shape: [nodes.count], nodes.map { $0.isLeaf ? 0 : Double($0.threshold) }),
            NamedArray("right", shape: [nodes.count], right),
            NamedArray("cover", shape: [nodes.count], cover),
            NamedArray("leaf_values", shape: [leafValues.count / leafWidth, leafWidth], leafValues),
        ]
    }

    /// Creates trees from arrays. Throws if they do not describe trees.
    init(arrays: [NamedArray]) throws(FittingError) {
        features = try arrays.count("features", in: 1...Self.limit)
        outputs = try arrays.count("outputs", in: 1...Self.limit)
        let sizes = try arrays.counts("tree_nodes", in: 1...Self.limit)
        let treeLeaves = try arrays.counts("tree_leaves", in: 1...Self.limit, count: sizes.count)
        let total = sizes.reduce(0, +)
        guard !sizes.isEmpty, total <= Int(Int32.max) else {
            throw FittingError(
                "the array \"tree_nodes\"", found: "\(total) nodes", allowed: "1...\(Int32.max)")
        }
        let feature = try arrays.counts("feature", in: -1...features - 1, count: total)
        let threshold = try arrays.finite("threshold", count: total)
        let right = try arrays.counts("right", in: 0...Self.limit, count: total)
        cover = try arrays.finite("cover", count: total)
        if let node = cover.firstIndex(where: { $0 < 0 }) {
            throw FittingError(
                "the array \"cover\", node \(node)", found: "\(cover[node])", allowed: "at least 0")
        }
        let leaves = try arrays.named("leaf_values")
        guard leaves.shape.count == 2, leaves.shape[0] == treeLeaves.reduce(0, +),
            leaves.shape[1] == outputs || leaves.shape[1] == 1
        else {
            throw FittingError(
                "the array \"leaf_values\"", found: "shape \(leaves.shape)",
                allowed: "[\(treeLeaves.reduce(0, +)), \(outputs)] or [\(treeLeaves.reduce(0, +)), 1]")
        }
        leafWidth = leaves.shape[1]
        leafValues = try arrays.finite("leaf_values", count: leaves.values.count)
        guard leafWidth == outputs || sizes.count % outputs == 0 else {
            throw FittingError(
                "the array \"tree_nodes\"", found: "\(sizes.count) trees",
                allowed: "a multiple of the \(outputs) outputs")
        }
        nodes.reserveCapacity(total)
        var firstLeaf = 0
        for (tree, size) in sizes.enumerated() {
            let first = nodes.count
            for i in first..<first + size {
                let (value, right) = (threshold[i], right[i])
                if feature[i] >= 0 {
                    guard abs(value) <= Double(Float.greatestFiniteMagnitude) else {
                        throw FittingError(
                            "the array \"threshold\", node \(i)", found: "\(value)",
                            allowed: "a value in the range of Float")
                    }
                    let rounded = Float(value)
                    nodes.append(
                        TreeNode(
                            feature: Int32(feature[i]),
                            threshold: Double(rounded) > value ? rounded.nextDown : rounded,
                            left: Int32(truncatingIfNeeded: i + 1),
                            right: Int32(truncatingIfNeeded: first + right)))
                } else {
                    guard right < treeLeaves[tree] else {
                        throw FittingError(
                            "the array \"right\", node \(i)", found: "leaf \(right)",
                            allowed: "one of the \(treeLeaves[tree]) leaves of tree \(tree)")
                    }
                    nodes.append(TreeNode(leaf: Int32(firstLeaf + right), at: Int32(i)))
                }
            }
            try checkOrder(first, first + size, tree)
            firstLeaf += treeLeaves[tree]
            roots.append(nodes.count)
        }
        pack()
    }

    /// Indices are below this, so that `Float` values hold them exactly.
    private static let limit = 1 << 24 - 1

    /// Throws if the nodes of a tree are not in depth-first order, which rules out cycles and unreachable nodes.
    private func checkOrder(_ first: Int, _ end: Int, _ tree: Int) throws(FittingError) {
        var stack = [(node: first, end: end)]
        while let (node, end) = stack.popLast() {
            if nodes[node].isLeaf {
                guard node + 1 == end else {
                    throw FittingError(
                        "the array \"feature\", node \(node)", found: "a leaf",
                        allowed: "a node with children in tree \(tree)")
                }
                continue
            }
            let right = Int(nodes[node].right)
            guard right > node + 1, right < end else {
                throw FittingError(
                    "the array \"right\", node \(node)", found: "\(right - first)",
                    allowed: "the first node after the left branch, in tree \(tree)")
            }
            stack.append((right, end))
            stack.append((node + 1, right))
        }
    }
}

extension [NamedArray] {
    /// Returns a single integer in a range.
    func count(_ name: String, in range: ClosedRange<Int>) throws(FittingError) -> Int {
        try counts(name, in: range, count: 1)[0]
    }

    /// Returns integers in a range.
    func counts(_ name: String, in range: ClosedRange<Int>, count: Int? = nil) throws(FittingError) -> [Int] {
        let values = try finite(name, count: count)
        let bounds = Double(range.lowerBound)...Double(range.upperBound)
        if let i = values.firstIndex(where: { !bounds.contains($0) || $0 != $0.rounded() }) {
            throw FittingError(
                "the array \"\(name)\", element \(i)", found: "\(values[i])",
                allowed: "an integer in \(range)")
        }
        return values.map { Int($0) }
    }

    /// Returns finite values.
    func finite(_ name: String, count: Int? = nil) throws(FittingError) -> [Double] {
        let values = try named(name).values
        guard values.count == count ?? values.count else {
            throw FittingError(
                "the array \"\(name)\"", found: "\(values.count) values", allowed: "\(count ?? 0)")
        }
        if let i = values.firstIndex(where: { !$0.isFinite }) {
            throw FittingError(
                "the array \"\(name)\", element \(i)", found: "\(values[i])", allowed: "a finite value")
        }
        return values
    }
}
