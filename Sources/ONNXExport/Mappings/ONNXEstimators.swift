import Autograd
import Classical
import Layers

extension ONNXMappings {
    /// Fitted models of the module Classical, with the operators of ai.onnx.ml.
    func addingEstimators() -> ONNXMappings {
        adding(StandardScalerSpec.self, scaler).adding(RobustScalerSpec.self, scaler)
            .adding(MinMaxScalerSpec.self, scaler)
            .adding(PCASpec.self, components).adding(SelectKBestSpec.self, selection)
            .adding(DecisionTreeSpec.self, forest).adding(RandomForestSpec.self, forest)
            .adding(ExtraTreesSpec.self, forest)
            .adding(SVCSpec.self, supportVectors)
    }
}

extension ONNXLayer {
    /// The fitted model of an estimator.
    fileprivate func fitted<Fitted: FittedModel>(_ type: Fitted.Type = Fitted.self) throws -> Fitted {
        guard let model = (layer as? any EstimatorLayer)?.fittedModel as? Fitted else {
            throw problem(
                "the model was never fitted", advice: "fit it, or load its weights, before the export")
        }
        return model
    }

    /// The value as one row per example.
    fileprivate func flat(_ x: ONNXSignal) -> String {
        let value = masked(x)
        return x.shape.count == 1 ? value : node("Flatten", [value], [("axis", .integer(1))])[0]
    }

    fileprivate func constant(_ values: [Double], _ shape: [Int], _ name: String) -> String {
        constant(Tensor(values.map { Real($0) }, shape: shape), name)
    }

    /// The logarithms of probabilities, as the layer outputs them.
    fileprivate func logarithms(_ probabilities: String) -> String {
        node("Log", node("Max", probabilities, number(leastProbability)))
    }
}

@Sendable private func scaler(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let scaler: Scaler = try layer.fitted()
    let map = scaler.affine
    let scaled = layer.node(
        "Scaler", [layer.flat(x)],
        [
            ("offset", .floats(scaler.shift == 0 ? scaler.center.map { Float($0) } : scaler.offsets)),
            ("scale", .floats(map.factor.map { Float($0) })),
        ])[0]
    guard let clip = scaler.clip else { return ONNXSignal(scaled, shape: [scaler.outputs]) }
    let clipped = layer.node(
        "Clip", scaled, layer.number(clip.lowerBound), layer.number(clip.upperBound))
    return ONNXSignal(clipped, shape: [scaler.outputs])
}

extension Scaler {
    /// The offsets of (x - offset) * scale.
    fileprivate var offsets: [Float] { zip(center, scale).map { Float($0 - shift * $1) } }
}

@Sendable private func components(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let model: PrincipalComponents = try layer.fitted()
    let map = model.affine
    let weight = layer.constant(map.weight.values, [map.weight.rows, map.weight.columns], "weight")
    let bias = layer.constant(map.bias, [map.bias.count], "bias")
    let value = layer.node(
        "Gemm", [layer.flat(x), weight, bias], [("transB", .integer(1))])[0]
    return ONNXSignal(value, shape: [model.outputs])
}

@Sendable private func selection(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let model: ColumnSelection = try layer.fitted()
    let value = layer.node(
        "Gather", [layer.flat(x), layer.integers(model.columns)], [("axis", .integer(1))])[0]
    return ONNXSignal(value, shape: [model.outputs])
}

@Sendable private func forest(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let model: ForestClassifier = try layer.fitted()
    let trees = TreeAttributes(model.ensemble, factor: 1 / Double(model.ensemble.trees))
    let probabilities = trees.add(to: layer, layer.flat(x))
    return ONNXSignal(layer.logarithms(probabilities), shape: [model.classes])
}

/// The attributes of the tree operators of ONNX.
struct TreeAttributes {
    private var nodes:
        (
            trees: [Int], ids: [Int], features: [Int], modes: [String], values: [Float], yes: [Int], no: [Int]
        ) = ([], [], [], [], [], [], [])
    private var leaves: (trees: [Int], nodes: [Int], ids: [Int], weights: [Float]) = ([], [], [], [])
    private let outputs: Int

    init(_ ensemble: TreeEnsemble, factor: Double) {
        outputs = ensemble.outputs
        for tree in 0..<ensemble.trees {
            for (id, node) in ensemble.nodes(ofTree: tree).enumerated() {
                nodes.trees.append(tree)
                nodes.ids.append(id)
                nodes.features.append(node.feature ?? 0)
                nodes.modes.append(node.feature == nil ? "LEAF" : "BRANCH_LEQ")
                nodes.values.append(node.threshold)
                nodes.yes.append(max(node.left, 0))
                nodes.no.append(max(node.right, 0))
                let single = ensemble.leafWidth == 1
                for (index, value) in node.values.enumerated() where value != 0 || index == 0 {
                    leaves.trees.append(tree)
                    leaves.nodes.append(id)
                    leaves.ids.append(single ? tree % outputs : index)
                    leaves.weights.append(Float(value * factor))
                }
            }
        }
    }

    /// Adds the operator and returns the sums of the leaf values, [batch, outputs].
    func add(to layer: ONNXLayer, _ x: String, baseline: [Float] = []) -> String {
        let common: [(String, ONNXAttribute)] = [
            ("nodes_treeids", .integers(nodes.trees)), ("nodes_nodeids", .integers(nodes.ids)),
            ("nodes_featureids", .integers(nodes.features)), ("nodes_modes", .texts(nodes.modes)),
            ("nodes_values", .floats(nodes.values)), ("nodes_truenodeids", .integers(nodes.yes)),
            ("nodes_falsenodeids", .integers(nodes.no)), ("post_transform", .text("NONE")),
        ]
        let base = baseline.isEmpty ? [] : [("base_values", ONNXAttribute.floats(baseline))]
        // With two classes or fewer, the classifier has rules of its own for scores.
        guard outputs > 2 else {
            return layer.node(
                "TreeEnsembleRegressor", [x],
                common + base + [
                    ("target_treeids", .integers(leaves.trees)), ("target_nodeids", .integers(leaves.nodes)),
                    ("target_ids", .integers(leaves.ids)), ("target_weights", .floats(leaves.weights)),
                    ("n_targets", .integer(outputs)), ("aggregate_function", .text("SUM")),
                ])[0]
        }
        return layer.node(
            "TreeEnsembleClassifier", [x],
            common + base + [
                ("class_treeids", .integers(leaves.trees)), ("class_nodeids", .integers(leaves.nodes)),
                ("class_ids", .integers(leaves.ids)), ("class_weights", .floats(leaves.weights)),
                ("classlabels_int64s", .integers(Array(0..<outputs))),
            ], outputs: 2)[1]
    }
}
