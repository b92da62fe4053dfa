import Autograd

extension TreeEnsemble {
    /// Adds the leaf values of all trees to `baseline`, for each row. The sums are taken in the order of the trees.
    func sums(_ x: Matrix, baseline: [Double]) -> Matrix {
        precondition(x.columns == features, "expected \(features) features, found \(x.columns)")
        var result = Matrix(rows: x.rows, columns: outputs)
        let shift = features > 2048 ? 4 : 6
        result.values.withUnsafeMutableBufferPointer { sums in
            x.values.withUnsafeBufferPointer { values in
                Parallel.elements(x.rows, grain: 1 << shift) { rows in
                    guard let source = values.baseAddress, let target = sums.baseAddress else { return }
                    let target0 = target + rows.lowerBound * outputs
                    for row in 0..<rows.count {
                        for output in 0..<outputs { target0[row * outputs + output] = baseline[output] }
                    }
                    addBlock(source + rows.lowerBound * features, rows.count, shift, target0)
                }
            }
        }
        return result
    }

    private func addBlock(
        _ source: UnsafePointer<Double>, _ rows: Int, _ shift: Int, _ sums: UnsafeMutablePointer<Double>
    ) {
        nodes.withUnsafeBufferPointer { nodes in
            leafValues.withUnsafeBufferPointer { leaves in
                guard let nodes = nodes.baseAddress, let leaves = leaves.baseAddress else { return }
                if rows < 4 {
                    for row in 0..<rows {
                        addRow(source + row * features, nodes, leaves, sums + row * outputs)
                    }
                } else {
                    addRows(source, rows, shift, nodes, leaves, sums)
                }
            }
        }
    }

    /// Several rows descend each tree side by side. The block is stored feature by feature.
    private func addRows(
        _ source: UnsafePointer<Double>, _ rows: Int, _ shift: Int, _ nodes: UnsafePointer<TreeNode>,
        _ leaves: UnsafePointer<Double>, _ sums: UnsafeMutablePointer<Double>
    ) {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: features << shift) { block in
            guard let x = block.baseAddress else { return }
            for row in 0..<1 << shift {
                let source = source + min(row, rows - 1) * features
                for feature in 0..<features { x[feature << shift + row] = Float(source[feature]) }
            }
            for tree in 0..<trees {
                let root = Int32(truncatingIfNeeded: roots[tree])
                let output = firstOutput(ofTree: tree)
                var row = 0
                while row < rows {
                    var lanes = Lanes(root)
                    lanes.descend(nodes) { [x = x + row] feature, lane in x[feature << shift + lane] }
                    lanes.forEach(min(Lanes.count, rows - row)) { lane, node in
                        let values = leaves + Int(nodes[Int(node)].leaf) * leafWidth
                        let sum = sums + (row + lane) * outputs + output
                        for i in 0..<leafWidth { sum[i] += values[i] }
                    }
                    row += Lanes.count
                }
            }
        }
    }

    /// One row descends several trees side by side.
    private func addRow(
        _ source: UnsafePointer<Double>, _ nodes: UnsafePointer<TreeNode>, _ leaves: UnsafePointer<Double>,
        _ sums: UnsafeMutablePointer<Double>
    ) {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: features) { row in
            guard let x = row.baseAddress else { return }
            for feature in 0..<features { x[feature] = Float(source[feature]) }
            var tree = 0
            while tree < trees {
                let count = min(Lanes.count, trees - tree)
                var lanes = Lanes { Int32(truncatingIfNeeded: roots[tree + min($0, count - 1)]) }
                lanes.descend(nodes) { feature, _ in x[feature] }
                lanes.forEach(count) { lane, node in
                    let values = leaves + Int(nodes[Int(node)].leaf) * leafWidth
                    let sum = sums + firstOutput(ofTree: tree + lane)
                    for i in 0..<leafWidth { sum[i] += values[i] }
                }
                tree += Lanes.count
            }
        }
    }

    /// Returns the leaf that a row reaches in a tree.
    @inline(__always)
    static func leaf(
        _ nodes: UnsafePointer<TreeNode>, root: Int, _ x: (Int) -> Float
    ) -> Int {
        var index = root
        while !nodes[index].isLeaf {
            let node = nodes[index]
            index = x(Int(node.feature)) <= node.threshold ? Int(node.left) : Int(node.right)
        }
        return index
    }
}

/// Nodes that are descended side by side, to hide the time that memory takes.
private struct Lanes {
    static let count = 8
    private var (a, b, c, d): (Int32, Int32, Int32, Int32)
    private var (e, f, g, h): (Int32, Int32, Int32, Int32)

    @inline(__always)
    init(_ node: Int32) {
        (a, b, c, d) = (node, node, node, node)
        (e, f, g, h) = (node, node, node, node)
    }

    @inline(__always)
    init(_ node: (Int) -> Int32) {
        (a, b, c, d) = (node(0), node(1), node(2), node(3))
        (e, f, g, h) = (node(4), node(5), node(6), node(7))
    }

    /// Descends until all lanes have reached a leaf.
    @inline(__always)
    mutating func descend(_ nodes: UnsafePointer<TreeNode>, _ x: (_ feature: Int, _ lane: Int) -> Float) {
        @inline(__always)
        func step(_ index: inout Int32, _ lane: Int) -> Int32 {
            let next = TreeNode.next(nodes + Int(index)) { x($0, lane) }
            defer { index = next }
            return next ^ index
        }
        var changes: Int32
        repeat {
            changes = step(&a, 0) | step(&b, 1)
            changes |= step(&c, 2) | step(&d, 3)
            changes |= step(&e, 4) | step(&f, 5)
            changes |= step(&g, 6) | step(&h, 7)
        } while changes != 0
    }

    @inline(__always)
    func forEach(_ count: Int, _ body: (_ lane: Int, _ node: Int32) -> Void) {
        body(0, a)
        if count > 1 { body(1, b) }
        if count > 2 { body(2, c) }
        if count > 3 { body(3, d) }
        if count > 4 { body(4, e) }
        if count > 5 { body(5, f) }
        if count > 6 { body(6, g) }
        if count > 7 { body(7, h) }
    }
}
