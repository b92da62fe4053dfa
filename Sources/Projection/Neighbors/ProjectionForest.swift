import Autograd

/// Random projection trees: rows in the same leaf are likely to be near each other.
struct ProjectionForest {
    /// A tree.
    struct Tree: Sendable {
        /// The rows, leaf by leaf.
        var order: [Int32]
        /// The leaf of each row, as a range of `order`.
        var leaves: [Range<Int32>]
    }

    let trees: [Tree]

    /// Grows trees on several threads, each from its own random numbers.
    init(data: DistanceRows, leafSize: Int, trees count: Int, generator: RandomGenerator) {
        let empty = Tree(order: [], leaves: [])
        let generators = (0..<count).map { generator.split("tree \($0)") }
        var trees = Array(repeating: empty, count: count)
        trees.withUnsafeMutableBufferPointer { trees in
            let trees = trees
            Parallel.chunks(count) { trees[$0] = Self.tree(data, leafSize, generators[$0]) }
        }
        self.trees = trees
    }

    /// Splits the rows by which of two random rows is nearer, until the leaves are small.
    private static func tree(_ data: DistanceRows, _ leafSize: Int, _ generator: RandomGenerator) -> Tree {
        var order = (0..<data.rows).map { Int32(truncatingIfNeeded: $0) }
        var leaves = [Range<Int32>](repeating: 0..<0, count: data.rows)
        var open = [0..<data.rows]
        while let range = open.popLast() {
            if range.count <= leafSize {
                let leaf = Int32(range.lowerBound)..<Int32(range.upperBound)
                for row in order[range] { leaves[Int(row)] = leaf }
                continue
            }
            let a = Int(order[range.lowerBound + generator.below(range.count)])
            let b = Int(order[range.lowerBound + generator.below(range.count)])
            var (left, right): ([Int32], [Int32]) = ([], [])
            for row in order[range] {
                if data.squared(a, Int(row)) < data.squared(b, Int(row)) {
                    left.append(row)
                } else {
                    right.append(row)
                }
            }
            // Duplicates of one row cannot be told apart; any halves do.
            if left.isEmpty {
                left = Array(right[..<(right.count / 2)])
                right.removeFirst(right.count / 2)
            }
            let middle = range.lowerBound + left.count
            order.replaceSubrange(range, with: left + right)
            open += [middle..<range.upperBound, range.lowerBound..<middle]
        }
        return Tree(order: order, leaves: leaves)
    }
}
