/// A node in the order of a depth-first walk.
///
/// A leaf continues at itself, for no value is at most NaN. Several rows can therefore descend side by side for the
/// same number of steps.
struct TreeNode: Sendable, Equatable {
    /// The threshold; NaN in a leaf.
    var threshold: Float
    /// The feature; 0 in a leaf.
    var feature: Int32
    /// The right child; a leaf itself.
    var right: Int32
    /// The row of the values of a leaf; -1 in an inner node.
    var leaf: Int32

    init(feature: Int32, threshold: Float, right: Int32) {
        (self.feature, self.threshold, self.right, leaf) = (feature, threshold, right, -1)
    }

    init(leaf: Int32, at index: Int32) {
        (self.leaf, right, feature, threshold) = (leaf, index, 0, .nan)
    }

    static func == (a: TreeNode, b: TreeNode) -> Bool {
        a.threshold.bitPattern == b.threshold.bitPattern && a.feature == b.feature && a.right == b.right
            && a.leaf == b.leaf
    }

    var isLeaf: Bool { leaf >= 0 }
}
