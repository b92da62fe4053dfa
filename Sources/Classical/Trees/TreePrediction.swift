import Autograd

extension TreeEnsemble {
    /// The number of rows that are stored together.
    private static let block = 64

    /// The number of rows that go through one tree after the other, so that its nodes stay in the cache.
    private var grain: Int { Self.block * max(1, min(8, 4096 / features)) }

    /// Adds the leaf values of all trees to `baseline`, for each row. The sums are taken in the order of the trees.
    func sums(_ x: Matrix, baseline: [Double]) -> Matrix {
        precondition(x.columns == features, "expected \(features) features, found \(x.columns)")
        var result = Matrix(rows: x.rows, columns: outputs)
        result.values.withUnsafeMutableBufferPointer { sums in
            x.values.withUnsafeBufferPointer { values in
                Parallel.elements(x.rows, grain: grain) { rows in
                    guard let source = values.baseAddress, let target = sums.baseAddress else { return }
                    let target0 = target + rows.lowerBound * outputs
                    for row in 0..<rows.count {
                        for output in 0..<outputs { target0[row * outputs + output] = baseline[output] }
                    }
                    addBlock(source + rows.lowerBound * features, rows.count, target0)
                }
            }
        }
        return result
    }

    private func addBlock(
        _ source: UnsafePointer<Double>, _ rows: Int, _ sums: UnsafeMutablePointer<Double>
    ) {
        nodes.withUnsafeBufferPointer { nodes in
            leafValues.withUnsafeBufferPointer { leaves in
                guard let nodes = nodes.baseAddress, let leaves = leaves.baseAddress else { return }
                if rows < 4 {
                    for row in 0..<rows {
                        addRow(source + row * features, nodes, leaves, sums + row * outputs)
                    }
                } else {
                    addRows(source, rows, nodes, leaves, sums)
                }
            }
        }
    }

    /// Several rows descend each tree side by side. Each block is stored feature by feature.
    private func addRows(
        _ source: UnsafePointer<Double>, _ rows: Int, _ nodes: UnsafePointer<TreeNode>,
        _ leaves: UnsafePointer<Double>, _ sums: UnsafeMutablePointer<Double>
    ) {
        let block = Self.block
        let blocks = (rows + block - 1) / block
        withUnsafeTemporaryAllocation(of: Float.self, capacity: blocks * features * block) { buffer in
            guard let x = buffer.baseAddress else { return }
            for row in 0..<blocks * block {
                let source = source + min(row, rows - 1) * features
                let target = x + row / block * features * block + row % block
                for feature in 0..<features { target[feature &* block] = Float(source[feature]) }
            }
            for tree in 0..<trees {
                let root = roots[tree]
                let sums = sums + firstOutput(ofTree: tree)
                for row in stride(from: 0, to: rows, by: Lanes.count) {
                    let x = x + row / block * features * block + row % block
                    var lanes = Lanes(root)
                    lanes.descend(nodes) { feature, lane in x[feature &* Self.block &+ lane] }
                    lanes.forEach(min(Lanes.count, rows - row)) { lane, node in
                        add(leaves + Int(nodes[node].leaf) * leafWidth, to: sums + (row + lane) * outputs)
                    }
                }
            }
        }
    }

    @inline(__always)
    private func add(_ values: UnsafePointer<Double>, to sums: UnsafeMutablePointer<Double>) {
        for i in 0..<leafWidth { sums[i] += values[i] }
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
                var lanes = Lanes { roots[tree + min($0, count - 1)] }
                lanes.descend(nodes) { feature, _ in x[feature] }
                lanes.forEach(count) { lane, node in
                    add(
                        leaves + Int(nodes[node].leaf) * leafWidth,
                        to: sums + firstOutput(ofTree: tree + lane))
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
    private var (a, b, c, d): (Int, Int, Int, Int)
    private var (e, f, g, h): (Int, Int, Int, Int)

    @inline(__always)
    init(_ node: Int) {
        (a, b, c, d) = (node, node, node, node)
        (e, f, g, h) = (node, node, node, node)
    }

    @inline(__always)
    init(_ node: (Int) -> Int) {
        (a, b, c, d) = (node(0), node(1), node(2), node(3))
        (e, f, g, h) = (node(4), node(5), node(6), node(7))
    }

    /// Descends until all lanes have reached a leaf, which is checked every fourth step.
    @inline(__always)
    mutating func descend(_ nodes: UnsafePointer<TreeNode>, _ x: (_ feature: Int, _ lane: Int) -> Float) {
        repeat {
            step(nodes, x)
            step(nodes, x)
            step(nodes, x)
            step(nodes, x)
        } while !(nodes[a].isLeaf && nodes[b].isLeaf && nodes[c].isLeaf && nodes[d].isLeaf
            && nodes[e].isLeaf && nodes[f].isLeaf && nodes[g].isLeaf && nodes[h].isLeaf)
    }

    @inline(__always)
    private mutating func step(_ nodes: UnsafePointer<TreeNode>, _ x: (Int, Int) -> Float) {
        a = Int(TreeNode.next(nodes + a) { x($0, 0) })
        b = Int(TreeNode.next(nodes + b) { x($0, 1) })
        c = Int(TreeNode.next(nodes + c) { x($0, 2) })
        d = Int(TreeNode.next(nodes + d) { x($0, 3) })
        e = Int(TreeNode.next(nodes + e) { x($0, 4) })
        f = Int(TreeNode.next(nodes + f) { x($0, 5) })
        g = Int(TreeNode.next(nodes + g) { x($0, 6) })
        h = Int(TreeNode.next(nodes + h) { x($0, 7) })
    }

    @inline(__always)
    func forEach(_ count: Int, _ body: (_ lane: Int, _ node: Int) -> Void) {
        withUnsafeBytes(of: self) { bytes in
            let indices = bytes.bindMemory(to: Int.self)
            for lane in 0..<count { body(lane, indices[lane]) }
        }
    }
}
