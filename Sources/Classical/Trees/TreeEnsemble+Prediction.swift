import Autograd
import CKernels

extension TreeEnsemble {
    /// The number of rows that descend one tree after the other, so that their keys stay in the cache.
    private static let block = Int(CK_DESCENT_ROWS)
    /// The number of nodes that a block of rows visits before the next block does, for the same reason.
    private static let nodesAtOnce = 32768

    /// The number of rows of a task.
    private var grain: Int { max(64, min(2 * Self.block, 524_288 / features / 64 * 64)) }

    /// Adds the leaf values of all trees to `baseline`, for each row. The sums are taken in the order of the trees.
    func sums(_ x: Matrix, baseline: [Double]) -> Matrix {
        precondition(x.columns == features, "expected \(features) features, found \(x.columns)")
        var result = Matrix(rows: x.rows, columns: outputs)
        result.values.withUnsafeMutableBufferPointer { sums in
            x.values.withUnsafeBufferPointer { values in
                leafValues.withUnsafeBufferPointer { leaves in
                    Parallel.elements(x.rows, grain: grain) { rows in
                        guard let values = values.baseAddress, let sums = sums.baseAddress,
                            let leaves = leaves.baseAddress
                        else { return }
                        let target = sums + rows.lowerBound * outputs
                        for i in 0..<rows.count * outputs { target[i] = baseline[i % outputs] }
                        add(values + rows.lowerBound * features, rows.count, leaves, to: target)
                    }
                }
            }
        }
        return result
    }

    private func add(
        _ x: UnsafePointer<Double>, _ rows: Int, _ leaves: UnsafePointer<Double>,
        to sums: UnsafeMutablePointer<Double>
    ) {
        guard let packed else { return addUnpacked(x, rows, leaves, to: sums) }
        packed.nodes.withUnsafeBufferPointer { nodes in
            packed.targets.withUnsafeBufferPointer { targets in
                guard let nodes = nodes.baseAddress, let targets = targets.baseAddress else { return }
                if rows < PackedTrees.lanes / 2 {
                    for row in 0..<rows {
                        addRow(
                            x + row * features, packed, nodes, targets, leaves, to: sums + row * outputs)
                    }
                } else {
                    addRows(x, rows, packed, nodes, targets, leaves, to: sums)
                }
            }
        }
    }

    /// Several rows descend each tree side by side.
    private func addRows(
        _ x: UnsafePointer<Double>, _ rows: Int, _ packed: PackedTrees, _ nodes: UnsafePointer<ck_tree_node>,
        _ targets: UnsafePointer<Int32>, _ leaves: UnsafePointer<Double>,
        to sums: UnsafeMutablePointer<Double>
    ) {
        let (lanes, block) = (PackedTrees.lanes, Self.block)
        let groups = (rows + lanes - 1) / lanes
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: groups * lanes * features + block) {
            buffer in
            guard let at = buffer.baseAddress else { return }
            let keys = at + block
            for group in 0..<groups {
                let row = group * lanes
                ck_tree_keys(x + row * features, rows - row, features, keys + row * features)
            }
            var first = 0
            while first < trees {
                let end =
                    roots.dropFirst(first + 2).firstIndex { $0 > roots[first] + Self.nodesAtOnce } ?? trees
                    + 1
                for row in stride(from: 0, to: rows, by: block) {
                    let count = min(block, rows - row)
                    for tree in first..<end - 1 {
                        ck_tree_descend_rows(
                            nodes, Int32(packed.shift), keys + row * features, features * lanes,
                            UInt32(roots[tree]), packed.depths[tree], at, count)
                        let sums = sums + row * outputs + firstOutput(ofTree: tree)
                        switch packed.leaves[tree] {
                        case .single:
                            for i in 0..<count { sums[i &* outputs &+ Int(nodes[Int(at[i])].step)] += 1 }
                        case .rows:
                            for i in 0..<count {
                                add(leaves + Int(targets[Int(at[i])]) * leafWidth, to: sums + i * outputs)
                            }
                        }
                    }
                }
                first = end - 1
            }
        }
    }

    /// One row descends several trees side by side.
    private func addRow(
        _ x: UnsafePointer<Double>, _ packed: PackedTrees, _ nodes: UnsafePointer<ck_tree_node>,
        _ targets: UnsafePointer<Int32>, _ leaves: UnsafePointer<Double>,
        to sums: UnsafeMutablePointer<Double>
    ) {
        let lanes = PackedTrees.lanes
        let groups = (trees + lanes - 1) / lanes
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: (groups + features) * lanes) { buffer in
            guard let at = buffer.baseAddress else { return }
            let keys = at + groups * lanes
            ck_tree_keys(x, 1, features, keys)
            for i in 0..<groups * lanes { at[i] = UInt32(roots[min(i, trees - 1)]) }
            ck_tree_descend(nodes, Int32(packed.shift), keys, at, groups)
            for tree in 0..<trees {
                let leaf = Int(at[tree])
                switch packed.leaves[tree] {
                case .single: sums[Int(nodes[leaf].step)] += 1
                case .rows:
                    add(leaves + Int(targets[leaf]) * leafWidth, to: sums + firstOutput(ofTree: tree))
                }
            }
        }
    }

    @inline(__always)
    private func add(_ values: UnsafePointer<Double>, to sums: UnsafeMutablePointer<Double>) {
        for i in 0..<leafWidth { sums[i] += values[i] }
    }

    private func addUnpacked(
        _ x: UnsafePointer<Double>, _ rows: Int, _ leaves: UnsafePointer<Double>,
        to sums: UnsafeMutablePointer<Double>
    ) {
        nodes.withUnsafeBufferPointer { nodes in
            guard let base = nodes.baseAddress else { return }
            for row in 0..<rows {
                let x = x + row * features
                for tree in 0..<trees {
                    let leaf = Self.leaf(base, root: roots[tree]) { Float(x[$0]) }
                    add(
                        leaves + Int(base[leaf].leaf) * leafWidth,
                        to: sums + row * outputs + firstOutput(ofTree: tree))
                }
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
