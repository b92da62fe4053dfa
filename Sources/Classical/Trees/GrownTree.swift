/// A tree in depth-first order: the left child follows its parent.
struct GrownTree: Sendable {
    var nodes: [TreeNode] = []
    /// The weight of the rows of each node.
    var cover: [Double] = []
    /// The values of the leaves, row by row. Leaves of a single class share a row.
    var leafValues: [Double] = []
    /// The decrease in impurity by each feature; the sum is 1 unless the tree is a single leaf.
    var importances: [Double]

    init(features: Int) { importances = Array(repeating: 0, count: features) }

    /// Adds the values of a leaf; returns the index of their row.
    mutating func leaf(
        pure: inout [Int: Int32], outputs: Int, _ fill: (UnsafeMutablePointer<Double>) -> Void
    ) -> Int32 {
        let start = leafValues.count
        for _ in 0..<outputs { leafValues.append(0) }
        leafValues.withUnsafeMutableBufferPointer { buffer in
            if let base = buffer.baseAddress { fill(base + start) }
        }
        let row = Int32(start / outputs)
        guard outputs > 1, let only = leafValues[start...].firstIndex(where: { $0 != 0 }),
            leafValues[only] == 1
        else { return row }
        if let known = pure[only - start] {
            leafValues.removeLast(outputs)
            return known
        }
        pure[only - start] = row
        return row
    }
}
