import Autograd
import Classical
import Layers

extension ONNXConversion {
    func treeClassifier(_ node: ONNXSourceGraph.Node) throws -> End {
        let labels = try labels(node)
        let trees = try ImportedTrees(node, prefix: "class", outputs: labels.count, file: file)
        try flush()
        let features = try knownWidth(node)
        let base = node.numbers("base_values") ?? []
        switch node.text("post_transform") ?? "NONE" {
        case "NONE" where base.allSatisfy({ $0 == 0 }):
            return try forest(node, trees, labels, features: features)
        case "LOGISTIC" where labels.count == 2 && base.count < 2:
            return try boosting(node, trees, labels, outputs: 1, base, features: features)
        case "SOFTMAX" where labels.count > 2 && (base.isEmpty || base.count == labels.count):
            return try boosting(node, trees, labels, outputs: labels.count, base, features: features)
        case let post:
            throw problem(
                node.described,
                found: "post_transform \"\(post)\", \(labels.count) classes and \(base.count) base values",
                allowed:
                    "a forest (NONE, no base values) or boosted trees (LOGISTIC for 2 classes, else SOFTMAX)")
        }
    }

    /// A tree or a forest: leaves with the class proportions, divided by the number of trees.
    private func forest(
        _ node: ONNXSourceGraph.Node, _ trees: ImportedTrees, _ labels: [String], features: Int
    ) throws -> End {
        let (classes, count) = (labels.count, Double(trees.trees.count))
        let leaves = trees.trees.flatMap(\.leaves)
        guard leaves.count <= limit / classes else {
            throw problem(
                node.described, found: "\(leaves.count) leaves for \(classes) classes",
                allowed: "at most \(limit) values for a file of this size")
        }
        // With two classes, a single weight is the share of the second one.
        let isSingle = classes == 2 && Set(leaves.joined().map(\.output)).count == 1
        var values: [Double] = []
        values.reserveCapacity(leaves.count * classes)
        for leaf in leaves {
            var shares = [Double](repeating: 0, count: classes)
            for (output, weight) in leaf { shares[isSingle ? 1 : output] += weight * count }
            if isSingle { shares[0] = 1 - shares[1] }
            let sum = shares.reduce(0, +)
            guard abs(sum - 1) < 1e-3, shares.allSatisfy({ $0 > -1e-3 }) else {
                throw problem(
                    node.described, found: "a leaf with the values \(shares.prefix(8))",
                    allowed: "class proportions that sum to 1")
            }
            // Removes the rounding error of the weights.
            let bounded = shares.map { max(0, $0) }
            let total = bounded.reduce(0, +)
            values += bounded.map { $0 / total }
        }
        let arrays =
            trees.arrays(features: features, outputs: classes, leafWidth: classes, values: values)
            + [NamedArray("feature_importances", shape: [features], Array(repeating: 0, count: features))]
        let model = try fitted(ForestClassifier.self, arrays, node.described)
        guard trees.trees.count > 1 else {
            var spec = DecisionTreeSpec()
            spec.units = .number(classes)
            return ((spec, model), labels)
        }
        var spec = RandomForestSpec()
        spec.units = .number(classes)
        spec.options.nEstimators = trees.trees.count
        return ((spec, model), labels)
    }

    private func boosting(
        _ node: ONNXSourceGraph.Node, _ unsorted: ImportedTrees, _ labels: [String], outputs: Int,
        _ base: [Double], features: Int
    ) throws -> End {
        var trees = unsorted
        if outputs > 1 { try trees.interleave(outputs: outputs) }
        let arrays =
            trees.arrays(features: features, outputs: outputs, leafWidth: 1, values: try single(node, trees))
            + [
                NamedArray(
                    "baseline", shape: [outputs], base.isEmpty ? Array(repeating: 0, count: outputs) : base),
                NamedArray("gain_importances", shape: [features], Array(repeating: 0, count: features)),
            ]
        let model = try fitted(BoostingClassifier.self, arrays, node.described)
        var spec = GradientBoostingSpec()
        spec.units = .number(labels.count)
        spec.options.parameters.nEstimators = trees.trees.count / outputs
        return ((spec, model), labels)
    }

    /// The only value of each leaf.
    private func single(_ node: ONNXSourceGraph.Node, _ trees: ImportedTrees) throws -> [Double] {
        try trees.trees.flatMap(\.leaves).map { leaf in
            guard leaf.count == 1 else {
                throw problem(node.described, found: "a leaf with \(leaf.count) values", allowed: "one value")
            }
            return leaf[0].weight
        }
    }

    func treeRegressor(_ node: ONNXSourceGraph.Node) throws -> End {
        let trees = try ImportedTrees(node, prefix: "target", outputs: 1, file: file)
        try flush()
        let features = try knownWidth(node)
        let base = node.numbers("base_values") ?? []
        guard node.integer("n_targets") ?? 1 == 1, base.count < 2,
            ["NONE", nil].contains(node.text("post_transform"))
        else {
            throw problem(
                node.described, found: "several targets or a post_transform", allowed: "one target")
        }
        let values = try single(node, trees)
        let zeros = [Double](repeating: 0, count: features)
        guard base.isEmpty || base == [0] else {
            let arrays =
                trees.arrays(features: features, outputs: 1, leafWidth: 1, values: values) + [
                    NamedArray("baseline", shape: [1], base),
                    NamedArray("gain_importances", shape: [features], zeros),
                ]
            return ((nil, try fitted(BoostingRegressor.self, arrays, node.described)), [])
        }
        // The mean of a forest is the sum of values that were divided by the number of trees.
        let count = Double(trees.trees.count)
        let arrays =
            trees.arrays(features: features, outputs: 1, leafWidth: 1, values: values.map { $0 * count })
            + [NamedArray("feature_importances", shape: [features], zeros)]
        return ((nil, try fitted(ForestRegressor.self, arrays, node.described)), [])
    }
}
