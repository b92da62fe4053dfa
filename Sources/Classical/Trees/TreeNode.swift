/// A node in the order of a depth-first walk.
///
/// Both children of a leaf are the leaf itself.
struct TreeNode: Sendable, Equatable {
    /// The bits of the threshold; the row of the values in a leaf.
    private var bits: UInt32
    /// The feature; 0 in a leaf.
    let feature: Int32
    /// The children for values that are at most the threshold, and for larger ones.
    private(set) var left: Int32
    var right: Int32

    init(feature: Int32, threshold: Float, left: Int32, right: Int32 = -1) {
        (self.feature, bits, self.left, self.right) = (feature, threshold.bitPattern, left, right)
    }

    init(leaf: Int32, at index: Int32) {
        (bits, feature, left, right) = (UInt32(bitPattern: leaf), 0, index, index)
    }

    @inline(__always)
    var threshold: Float { Float(bitPattern: bits) }

    /// The row of the values of a leaf.
    @inline(__always)
    var leaf: Int32 { Int32(bitPattern: bits) }

    @inline(__always)
    var isLeaf: Bool { left == right }

    /// Returns the node with its children moved by `nodes` and its leaf by `leaves`.
    func moved(nodes: Int32, leaves: Int32) -> TreeNode {
        var node = self
        node.left += nodes
        node.right += nodes
        if isLeaf { node.bits = UInt32(bitPattern: leaf + leaves) }
        return node
    }
}
