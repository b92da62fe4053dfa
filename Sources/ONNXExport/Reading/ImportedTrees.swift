import Autograd
import Classical

/// The trees of an operator TreeEnsembleClassifier or TreeEnsembleRegressor, in the order of a depth-first walk.
struct ImportedTrees {
    /// A leaf: the weights of the outputs that it names.
    typealias Leaf = [(output: Int, weight: Double)]

    /// One tree.
    struct Tree {
        var feature: [Double] = []
        var threshold: [Double] = []
        var right: [Double] = []
        var leaves: [Leaf] = []
    }

    private(set) var trees: [Tree] = []
    private let node: ONNXSourceGraph.Node
    private let file: String

    private struct Key: Hashable {
        let tree: Int
        let node: Int
    }

    /// - Parameters:
    ///   - prefix: `class` or `target`, with which the names of the attributes of the leaves begin.
    ///   - outputs: The number of outputs.
    init(_ node: ONNXSourceGraph.Node, prefix: String, outputs: Int, file: String) throws {
        (self.node, self.file) = (node, file)
        func integers(_ name: String, _ count: Int?) throws -> [Int] {
            guard let values = node.integers(name), values.count == count ?? values.count else {
                throw problem("\(node.integers(name)?.count ?? 0) values of \"\(name)\"", "\(count ?? 1)")
            }
            return values
        }
        let tree = try integers("nodes_treeids", nil)
        let count = tree.count
        let id = try integers("nodes_nodeids", count)
        let feature = try integers("nodes_featureids", count)
        let yes = try integers("nodes_truenodeids", count)
        let no = try integers("nodes_falsenodeids", count)
        guard let modes = node.texts("nodes_modes"), modes.count == count,
            let values = node.numbers("nodes_values"), values.count == count, count > 0
        else { throw problem("\(count) nodes, but different numbers of modes or values", "equal numbers") }
        if let tracks = node.integers("nodes_missing_value_tracks_true"), tracks.contains(where: { $0 != 0 })
        {
            throw problem("branches for missing values", "trees that were fitted without missing values")
        }
        guard ["SUM", nil].contains(node.text("aggregate_function")) else {
            throw problem("aggregate_function \"\(node.text("aggregate_function") ?? "")\"", "SUM")
        }
        var places: [Key: Int] = [:]
        var (order, members): ([Int], [Int: [Int]]) = ([], [:])
        for index in 0..<count {
            guard places.updateValue(index, forKey: Key(tree: tree[index], node: id[index])) == nil else {
                throw problem("the node \(id[index]) of tree \(tree[index]) twice", "each node once")
            }
            if members[tree[index]] == nil { order.append(tree[index]) }
            members[tree[index], default: []].append(index)
        }
        var leaves: [Int: Leaf] = [:]
        let leafTree = try integers(prefix + "_treeids", nil)
        let leafNode = try integers(prefix + "_nodeids", leafTree.count)
        let leafOutput = try integers(prefix + "_ids", leafTree.count)
        guard let weights = node.numbers(prefix + "_weights"), weights.count == leafTree.count else {
            throw problem("different numbers of leaf entries and weights", "one weight for each entry")
        }
        for index in leafTree.indices {
            guard let place = places[Key(tree: leafTree[index], node: leafNode[index])],
                (0..<outputs).contains(leafOutput[index]), modes[place] == "LEAF"
            else {
                throw problem(
                    "a value of output \(leafOutput[index]) at node \(leafNode[index]) of tree \(leafTree[index])",
                    "leaves of the trees, and outputs below \(outputs)")
            }
            leaves[place, default: []].append((leafOutput[index], weights[index]))
        }
        // Children: nil for a leaf; the first is that of values up to the threshold.
        var children: [(left: Int, right: Int, threshold: Double)?] = []
        for index in 0..<count {
            if modes[index] == "LEAF" {
                children.append(nil)
                continue
            }
            guard let truth = places[Key(tree: tree[index], node: yes[index])],
                let falsehood = places[Key(tree: tree[index], node: no[index])], feature[index] >= 0
            else { throw problem("a child that does not exist, at node \(id[index])", "nodes of the tree") }
            let value = values[index]
            switch modes[index] {
            case "BRANCH_LEQ": children.append((truth, falsehood, value))
            case "BRANCH_GT": children.append((falsehood, truth, value))
            case "BRANCH_LT": children.append((truth, falsehood, Self.below(value)))
            case "BRANCH_GTE": children.append((falsehood, truth, Self.below(value)))
            default: throw problem("the mode \(modes[index])", "BRANCH_LEQ, BRANCH_LT, BRANCH_GT, BRANCH_GTE")
            }
        }
        for name in order.sorted() {
            let own = members[name] ?? []
            let inner = Set(own.compactMap { children[$0] }.flatMap { [$0.left, $0.right] })
            let roots = own.filter { !inner.contains($0) }
            guard roots.count == 1 else {
                throw problem("\(roots.count) roots of tree \(name)", "one")
            }
            trees.append(try walk(roots[0], own.count, children, feature, leaves, name))
        }
    }

    /// The largest `Float` below a value.
    private static func below(_ value: Double) -> Double {
        let rounded = Float(value)
        return Double(Double(rounded) >= value ? rounded.nextDown : rounded)
    }

    /// Lists the nodes of a tree, each left child right after its parent.
    private func walk(
        _ root: Int, _ count: Int, _ children: [(left: Int, right: Int, threshold: Double)?],
        _ feature: [Int], _ leaves: [Int: Leaf], _ name: Int
    ) throws -> Tree {
        var tree = Tree()
        var stack: [(node: Int, parent: Int?)] = [(root, nil)]
        while let (node, parent) = stack.popLast() {
            let place = tree.feature.count
            // A node with two parents, or a cycle, would be visited again and again.
            guard place < count else { throw problem("a node with two parents in tree \(name)", "trees") }
            if let parent { tree.right[parent] = Double(place) }
            if let (left, right, threshold) = children[node] {
                tree.feature.append(Double(feature[node]))
                tree.threshold.append(threshold)
                tree.right.append(0)
                stack.append((right, place))
                stack.append((left, nil))
            } else {
                tree.feature.append(-1)
                tree.threshold.append(0)
                tree.right.append(Double(tree.leaves.count))
                tree.leaves.append(leaves[node] ?? [])
            }
        }
        guard tree.feature.count == count else {
            throw problem("nodes that the root of tree \(name) does not reach", "one tree")
        }
        return tree
    }

    /// The arrays of a `TreeEnsemble`. An ONNX file does not say how many training rows reach a node: they are 0.
    ///
    /// - Parameter values: The values of all leaves, in order.
    func arrays(features: Int, outputs: Int, leafWidth: Int, values: [Double]) -> [NamedArray] {
        let feature = trees.flatMap(\.feature)
        let leaves = trees.map { Double($0.leaves.count) }
        return [
            NamedArray("features", shape: [], [Double(features)]),
            NamedArray("outputs", shape: [], [Double(outputs)]),
            NamedArray("tree_nodes", shape: [trees.count], trees.map { Double($0.feature.count) }),
            NamedArray("tree_leaves", shape: [trees.count], leaves),
            NamedArray("feature", shape: [feature.count], feature),
            NamedArray("threshold", shape: [feature.count], trees.flatMap(\.threshold)),
            NamedArray("right", shape: [feature.count], trees.flatMap(\.right)),
            NamedArray("cover", shape: [feature.count], Array(repeating: 0, count: feature.count)),
            NamedArray(
                "leaf_values", shape: [leafWidth > 0 ? values.count / leafWidth : 0, leafWidth], values),
        ]
    }

    /// Sorts the trees so that tree i belongs to output i % outputs. Throws if a tree has several, or if an output has more
    /// trees than another.
    mutating func interleave(outputs: Int) throws {
        var groups = [[Tree]](repeating: [], count: outputs)
        for tree in trees {
            let own = Set(tree.leaves.joined().map(\.output))
            guard own.count == 1, let output = own.first, tree.leaves.allSatisfy({ $0.count == 1 }) else {
                throw problem("a tree for \(own.count) outputs", "one output for each tree")
            }
            groups[output].append(tree)
        }
        guard Set(groups.map(\.count)).count == 1 else {
            throw problem("\(groups.map(\.count)) trees for the outputs", "equally many for each")
        }
        trees = groups[0].indices.flatMap { round in groups.map { $0[round] } }
    }

    private func problem(_ found: String, _ allowed: String) -> FileError {
        FileError(file: file, place: node.described, found: found, allowed: allowed)
    }
}
