import CKernels

/// The trees of an ensemble in eight bytes a node, for prediction.
///
/// The two children of a node are neighbors, and thresholds are integers (see `trees.h`).
struct PackedTrees: Sendable, Equatable {
    static let lanes = Int(CK_DESCENTS)

    /// What a leaf adds to the sums of a row.
    enum Leaves {
        /// A row of values.
        case rows
        /// 1, for the output that is the step of its node.
        case single
    }

    private(set) var nodes: [ck_tree_node] = []
    /// The row of the values of each leaf.
    private(set) var targets: [Int32] = []
    /// The mean depth of the leaves of each tree, rounded up.
    private(set) var depths: [Int] = []
    private(set) var leaves: [Leaves] = []
    /// The number of bits of a step that encode the feature.
    let shift: Int

    /// Both follow from the same trees.
    static func == (a: PackedTrees, b: PackedTrees) -> Bool { true }

    /// Packs trees; nil if a step does not fit into 32 bits.
    init?(_ ensemble: TreeEnsemble) {
        shift = Int.bitWidth - (ensemble.features * Self.lanes - 1).leadingZeroBitCount
        guard shift < 32 else { return nil }
        nodes.reserveCapacity(ensemble.nodes.count)
        targets.reserveCapacity(ensemble.nodes.count)
        let outputs = Self.single(ensemble)
        for tree in 0..<ensemble.trees {
            guard append(ensemble, ensemble.roots[tree]..<ensemble.roots[tree + 1], outputs) else {
                return nil
            }
        }
    }

    /// Returns the output that a leaf adds 1 to, by the row of its values; -1 for other leaves.
    private static func single(_ ensemble: TreeEnsemble) -> [Int32] {
        let width = ensemble.leafWidth
        // The step of a leaf must be as harmless as that of another node.
        guard width > 1, ensemble.outputs <= (ensemble.features - 1) * lanes else {
            return Array(repeating: -1, count: ensemble.leafValues.count)
        }
        return stride(from: 0, to: ensemble.leafValues.count, by: width).map { start in
            let values = ensemble.leafValues[start..<start + width]
            guard let only = values.firstIndex(of: 1), values.count(where: { $0 != 0 }) == 1 else {
                return -1
            }
            return Int32(only - start)
        }
    }

    /// Appends a tree, level by level; returns whether all steps fit.
    private mutating func append(_ ensemble: TreeEnsemble, _ range: Range<Int>, _ outputs: [Int32]) -> Bool {
        let first = nodes.count
        var order = [range.lowerBound]
        order.reserveCapacity(range.count)
        var isSingle = true
        // The depth and the end of the current level, the number of leaves, and the sum of their depths.
        var (depth, end, count, sum) = (0, 1, 0, 0)
        while nodes.count - first < order.count {
            let position = nodes.count - first
            if position == end { (depth, end) = (depth + 1, order.count) }
            let node = ensemble.nodes[order[position]]
            if node.isLeaf {
                nodes.append(ck_tree_node(step: 0, key: CK_LEAF))
                targets.append(node.leaf)
                isSingle = isSingle && outputs[Int(node.leaf)] >= 0
                (count, sum) = (count + 1, sum + depth)
            } else {
                let step = (order.count - position) << shift + Int(node.feature) * Self.lanes
                guard step <= Int(UInt32.max) else { return false }
                nodes.append(ck_tree_node(step: UInt32(step), key: ck_tree_key(node.threshold)))
                targets.append(-1)
                order.append(Int(node.left))
                order.append(Int(node.right))
            }
        }
        depths.append((sum + count - 1) / count)
        leaves.append(isSingle ? .single : .rows)
        if isSingle {
            for i in first..<nodes.count where targets[i] >= 0 {
                nodes[i].step = UInt32(outputs[Int(targets[i])])
            }
        }
        return true
    }
}
