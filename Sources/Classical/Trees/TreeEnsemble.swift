/// One or more decision trees, whose leaf values are added up.
///
/// Inputs are rounded to `Float`. A row goes to the left child if its value is at most the threshold.
public struct TreeEnsemble: Sendable, Equatable {
    /// A node of a tree. Children are indices within the tree.
    public struct Node: Sendable, Equatable {
        /// The feature that is compared; nil in a leaf.
        public var feature: Int?
        /// The threshold; 0 in a leaf.
        public var threshold: Float
        /// The child for values that are at most the threshold; -1 in a leaf.
        public var left: Int
        /// The child for larger values; -1 in a leaf.
        public var right: Int
        /// The weight of the training rows in this node.
        public var cover: Double
        /// The values of a leaf; empty in other nodes.
        public var values: [Double]
    }

    /// The number of features.
    public let features: Int
    /// The number of outputs.
    public let outputs: Int
    /// The number of values of a leaf: either one for each output, or one, which then belongs to the output `tree %
    /// outputs`.
    public let leafWidth: Int
    /// The nodes of all trees; children are indices among them.
    var nodes: [TreeNode] = []
    /// The first node of each tree, and the number of nodes.
    var roots: [Int] = [0]
    var cover: [Double] = []
    var leafValues: [Double] = []
    /// The same trees for prediction; nil if they are too large.
    private(set) var packed: PackedTrees?

    /// The number of trees.
    public var trees: Int { roots.count - 1 }

    init(_ trees: [GrownTree], features: Int, outputs: Int, leafWidth: Int) {
        (self.features, self.outputs, self.leafWidth) = (features, outputs, leafWidth)
        nodes.reserveCapacity(trees.reduce(0) { $0 + $1.nodes.count })
        for tree in trees { append(tree) }
        pack()
    }

    /// Packs the trees, once they are complete.
    mutating func pack() { packed = PackedTrees(self) }

    /// Adds a tree, whose indices begin at 0.
    private mutating func append(_ tree: GrownTree) {
        let (first, firstLeaf) = (Int32(nodes.count), Int32(leafValues.count / leafWidth))
        for node in tree.nodes { nodes.append(node.moved(nodes: first, leaves: firstLeaf)) }
        cover += tree.cover
        leafValues += tree.leafValues
        roots.append(nodes.count)
    }

    /// Returns the nodes of a tree in depth-first order.
    public func nodes(ofTree tree: Int) -> [Node] {
        let first = roots[tree]
        return (first..<roots[tree + 1]).map { index in
            let node = nodes[index]
            guard node.isLeaf else {
                return Node(
                    feature: Int(node.feature), threshold: node.threshold, left: index + 1 - first,
                    right: Int(node.right) - first, cover: cover[index], values: [])
            }
            let start = Int(node.leaf) * leafWidth
            return Node(
                feature: nil, threshold: 0, left: -1, right: -1, cover: cover[index],
                values: Array(leafValues[start..<start + leafWidth]))
        }
    }

    /// Returns the first output that a tree contributes to.
    func firstOutput(ofTree tree: Int) -> Int { leafWidth == outputs ? 0 : tree % outputs }
}
