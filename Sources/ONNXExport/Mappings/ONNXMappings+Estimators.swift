import Autograd
import Classical
import Foundation
import Layers

extension ONNXMappings {
    /// Fitted models of the module Classical, with the operators of ai.onnx.ml.
    func addingEstimators() -> ONNXMappings {
        adding(StandardScalerSpec.self, scaler).adding(RobustScalerSpec.self, scaler)
            .adding(MinMaxScalerSpec.self, scaler)
            .adding(PCASpec.self, components).adding(SelectKBestSpec.self, selection)
            .adding(SelectFromModelSpec.self, selection)
            .adding(DecisionTreeSpec.self, forest).adding(RandomForestSpec.self, forest)
            .adding(ExtraTreesSpec.self, forest)
            .adding(SVCSpec.self, supportVectors)
            .adding(LinearSVCSpec.self, linear).adding(LogisticRegressionSpec.self, linear)
            .adding(RidgeClassifierSpec.self, linear).adding(LinearDiscriminantSpec.self, linear)
            .adding(GaussianNBSpec.self, naiveBayes).adding(GradientBoostingSpec.self, boosting)
            .adding(KNeighborsSpec.self, neighbors).addingRegressors()
    }
}

extension ONNXLayer {
    /// The fitted model of an estimator.
    func fitted<Fitted: FittedModel>(_ type: Fitted.Type = Fitted.self) throws -> Fitted {
        guard let model = (layer as? any EstimatorLayer)?.fittedModel as? Fitted else {
            throw problem(
                "the model was never fitted", advice: "fit it, or load its weights, before the export")
        }
        return model
    }

    /// The value as one row per example.
    func flat(_ x: ONNXSignal) -> String {
        // Vectors have no padding.
        x.shape.count == 1 ? x.value : node("Flatten", [masked(x)], [("axis", .integer(1))])[0]
    }

    func constant(_ values: [Double], _ shape: [Int], _ name: String) -> String {
        constant(Tensor(values.map { Real($0) }, shape: shape), name)
    }

    /// The logarithms of probabilities, as the layer outputs them.
    func logarithms(_ probabilities: String) -> String {
        node("Log", node("Max", probabilities, number(EstimatorOutputs.leastProbability)))
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
    let weight = layer.constant(map.factor.values, [map.factor.rows, map.factor.columns], "weight")
    let bias = layer.constant(map.offset, [map.offset.count], "bias")
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

@Sendable private func boosting(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let model: BoostingClassifier = try layer.fitted()
    let trees = TreeAttributes(model.ensemble, factor: 1)
    var margins = trees.add(to: layer, layer.flat(x), baseline: model.baseline.map { Float($0) })
    if model.ensemble.outputs == 1 {
        // The log-odds of class 1 are the difference of two scores.
        margins = layer.node("MatMul", margins, layer.constant([0, 1], [1, 2], "sides"))
    }
    let scores = layer.node("LogSoftmax", [margins], [("axis", .integer(-1))])[0]
    return ONNXSignal(layer.bounded(scores), shape: [model.classes])
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

@Sendable private func linear(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let model: LinearClassifier = try layer.fitted()
    let decisions = layer.node(
        "LinearClassifier", [layer.flat(x)],
        [
            ("coefficients", .floats(model.weight.values.map { Float($0) })),
            ("intercepts", .floats(model.bias.map { Float($0) })), ("multi_class", .integer(1)),
            ("classlabels_ints", .integers(Array(0..<model.classes))), ("post_transform", .text("NONE")),
        ], outputs: 2)[1]
    let scores =
        model.isProbabilistic
        ? layer.node("LogSoftmax", [decisions], [("axis", .integer(-1))])[0] : decisions
    return ONNXSignal(layer.bounded(scores), shape: [model.classes])
}

/// The quadratic form of Gaussian naive Bayes as products of matrices.
@Sendable private func naiveBayes(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let model: GaussianNaiveBayes = try layer.fitted()
    let (classes, features) = (model.classes, model.features)
    // Differences from the mean of all classes keep the products small.
    let center = (0..<features).map { column in
        (0..<classes).reduce(0.0) { $0 + model.theta[$1, column] } / Double(classes)
    }
    var (squares, products, constants) = ([Double](), [Double](), [Double]())
    for label in 0..<classes {
        var constant = model.logPrior[label]
        for column in 0..<features {
            let (mean, variance) = (
                model.theta[label, column] - center[column], model.variance[label, column]
            )
            squares.append(-0.5 / variance)
            products.append(mean / variance)
            constant -= 0.5 * (mean * mean / variance + log(2 * .pi * variance))
        }
        constants.append(constant)
    }
    let centered = layer.node("Sub", layer.flat(x), layer.constant(center, [features], "center"))
    let transposed: [(String, ONNXAttribute)] = [("transB", .integer(1))]
    let linear = layer.node(
        "Gemm",
        [
            centered, layer.constant(products, [classes, features], "products"),
            layer.constant(constants, [classes], "constants"),
        ], transposed)[0]
    let density = layer.node(
        "Gemm",
        [
            layer.node("Mul", centered, centered), layer.constant(squares, [classes, features], "squares"),
            linear,
        ], transposed)[0]
    let scores = layer.node("LogSoftmax", [density], [("axis", .integer(-1))])[0]
    return ONNXSignal(layer.bounded(scores), shape: [classes])
}

@Sendable private func supportVectors(_ layer: ONNXLayer, _ x: ONNXSignal) throws -> ONNXSignal {
    let model: SupportVectorClassifier = try layer.fitted()
    guard model.present.count == model.classes else {
        throw layer.problem(
            "the training set lacked a class, which ONNX's operator does not support",
            advice: "train with examples of every class")
    }
    var attributes: [(String, ONNXAttribute)] = [
        ("kernel_type", .text(model.kernel.onnxName)),
        ("kernel_params", .floats([Float(model.gamma), Float(model.coef0), Float(model.degree)])),
        ("support_vectors", .floats(model.supportVectors.values.map { Float($0) })),
        ("vectors_per_class", .integers(model.supportCounts)),
        ("coefficients", .floats(model.dualCoefficients.values.map { Float($0) })),
        ("rho", .floats(model.intercepts.map { Float($0) })),
        ("classlabels_ints", .integers(Array(0..<model.classes))), ("post_transform", .text("NONE")),
    ]
    if let calibration = model.calibration {
        attributes += [
            ("prob_a", .floats(calibration.map { Float($0.a) })),
            ("prob_b", .floats(calibration.map { Float($0.b) })),
        ]
    }
    let outputs = layer.node("SVMClassifier", [layer.flat(x)], attributes, outputs: 2)
    let value =
        model.isCalibrated ? layer.logarithms(outputs[1]) : layer.votes(of: model, decisions: outputs[1])
    return ONNXSignal(value, shape: [model.classes])
}

extension SVMKernel {
    /// The name of the kernel in ai.onnx.ml.
    var onnxName: String { rawValue.uppercased() }
}

extension ONNXLayer {
    /// The value, but at least the smallest output of a classifier.
    fileprivate func bounded(_ scores: String) -> String {
        node("Max", scores, number(EstimatorOutputs.least))
    }

    /// The scores of a support vector classifier from the decisions of its pairs of classes: votes plus scaled confidences.
    fileprivate func votes(of model: SupportVectorClassifier, decisions: String) -> String {
        let classes = model.classes
        // For two classes, the operator negates the decision.
        if classes == 2 { return node("MatMul", decisions, constant([0, 1, 1, 0], [2, 2], "exchange")) }
        var (first, signs) = ([Double](), [Double]())
        for a in 0..<classes {
            for b in a + 1..<max(classes, a + 1) {
                first += (0..<classes).map { $0 == a ? 1 : $0 == b ? -1 : 0 }
                signs += (0..<classes).map { $0 == b ? 1 : 0 }
            }
        }
        let pairs = classes * (classes - 1) / 2
        let sides = constant(first, [pairs, classes], "sides")
        let confidences = node("MatMul", decisions, sides)
        let isFirst = cast(node("GreaterOrEqual", decisions, number(0)), to: .float)
        // A pair votes for its first class, or else for its second.
        let base = constant(
            (0..<classes).map { label in
                stride(from: label, to: signs.count, by: classes).reduce(0) { $0 + signs[$1] }
            },
            [classes], "base")
        let votes = node("Add", node("MatMul", isFirst, sides), base)
        let scaled = node(
            "Div", confidences, node("Mul", node("Add", node("Abs", confidences), number(1)), number(3)))
        let scores = node("Add", votes, scaled)
        if model.breakTies { return scores }
        // Of the classes with the most votes, the first is raised to the largest score.
        let best = node("ArgMax", [votes], [("axis", .integer(1)), ("keepdims", .integer(1))])[0]
        let labels = integers(Array(0..<classes))
        let isBest = node("Equal", labels, best)
        let largest = reduce("ReduceMax", scores, axes: [1], keeps: true)
        return node("Where", isBest, largest, scores)
    }
}
