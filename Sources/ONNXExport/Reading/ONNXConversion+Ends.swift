import Autograd
import Classical
import Layers

extension ONNXConversion {
    /// A model at the end of a pipeline, with the names of its classes.
    typealias End = (fitted: Fitted, classes: [String])

    /// Converts the model at the end, if the operators that take the current value are one.
    func end(_ next: [Int]) throws -> End? {
        if let end = try neighbors(next) { return end }
        guard next.count == 1 else { return nil }
        let node = graph.nodes[next[0]]
        let end: End?
        switch (node.operation, node.domain) {
        case ("TreeEnsembleClassifier", "ai.onnx.ml"): end = try treeClassifier(node)
        case ("TreeEnsembleRegressor", "ai.onnx.ml"): end = try treeRegressor(node)
        case ("LinearClassifier", "ai.onnx.ml"): end = try linearClassifier(node)
        case ("LinearRegressor", "ai.onnx.ml"): end = try linearRegressor(node)
        case ("SVMClassifier", "ai.onnx.ml"): end = try supportVectors(node)
        case ("MatMul", ""): return try softmaxRegression(next[0])
        case ("Reshape", ""), ("Sub", ""): return try naiveBayes(next[0])
        default: return nil
        }
        guard let end else { return nil }
        take(next[0])
        let isSVM = node.operation == "SVMClassifier"
        let scores = node.operation.hasSuffix("Classifier") ? node.outputs.dropFirst().first : nil
        try finish(
            node, allowing: ["Cast", "Identity"], scores: scores,
            plain: isSVM ? Self.passing.union(Self.pairwise) : Self.passing.union(["ArrayFeatureExtractor"]))
        return end
    }

    /// The operators by which skl2onnx turns the decisions of pairs of classes into scores of classes.
    private static let pairwise: Set = [
        "Less", "Neg", "ArrayFeatureExtractor", "Sum", "Add", "Concat", "Abs", "Mul", "Div",
    ]

    /// The labels of a classifier.
    func labels(_ node: ONNXSourceGraph.Node) throws -> [String] {
        guard let labels = node.labels, labels.count >= 2, labels.count <= 1 << 16 else {
            throw problem(
                node.described, found: "\(node.labels?.count ?? 0) class labels", allowed: "2 to 65536")
        }
        return labels
    }

    /// A required list of numbers of an operator.
    func required(_ name: String, _ node: ONNXSourceGraph.Node) throws -> [Double] {
        guard let numbers = node.numbers(name) else {
            throw problem(node.described, found: "no attribute \"\(name)\"", allowed: "a list of numbers")
        }
        return numbers
    }

    // MARK: Linear models

    private func linearClassifier(_ node: ONNXSourceGraph.Node) throws -> End {
        let labels = try labels(node)
        var weight = try required("coefficients", node)
        var bias = node.numbers("intercepts") ?? []
        let post = node.text("post_transform") ?? "NONE"
        if labels.count == 2, bias.count < 2, width.map({ $0 == weight.count }) ?? (bias.count == 1) {
            // One row of weights: the decision for the second class.
            weight = weight.map { -$0 } + weight
            bias = (bias.first ?? 0) == 0 ? [0, 0] : [-bias[0], bias[0]]
        }
        if bias.isEmpty { bias = Array(repeating: 0, count: labels.count) }
        guard bias.count == labels.count, !weight.isEmpty, weight.count % labels.count == 0 else {
            throw problem(
                node.described, found: "\(weight.count) coefficients and \(bias.count) intercepts",
                allowed: "a row of coefficients and an intercept for each of the \(labels.count) classes")
        }
        switch post {
        case "NONE", "SOFTMAX": break
        case "LOGISTIC" where labels.count == 2:
            // The softmax of both halves is the logistic function of the decision.
            let columns = weight.count / 2
            let isSymmetric = (0..<columns).allSatisfy { weight[$0] == -weight[columns + $0] }
            guard isSymmetric, bias[0] == -bias[1] else {
                throw problem(
                    node.described, found: "two unrelated logistic regressions",
                    allowed: "opposite coefficients of the two classes")
            }
            (weight, bias) = (weight.map { $0 / 2 }, bias.map { $0 / 2 })
        default:
            throw problem(
                node.described, found: "post_transform \"\(post)\" for \(labels.count) classes",
                allowed:
                    "NONE, SOFTMAX, or LOGISTIC for two classes; one-versus-rest probabilities are not supported"
            )
        }
        try flush()
        return try linear(
            Matrix(rows: labels.count, columns: weight.count / labels.count, values: weight), bias, labels,
            isProbabilistic: post != "NONE", node)
    }

    private func linear(
        _ weight: Matrix, _ bias: [Double], _ labels: [String], isProbabilistic: Bool,
        _ node: ONNXSourceGraph.Node
    ) throws -> End {
        try setWidth(weight.columns)
        let model = try fitted(
            LinearClassifier.self,
            [
                NamedArray("weight", shape: [weight.rows, weight.columns], weight.values),
                NamedArray("bias", shape: [bias.count], bias),
                NamedArray("probabilistic", shape: [], [isProbabilistic ? 1 : 0]),
                NamedArray("converged", shape: [], [1]),
            ], node.described)
        guard isProbabilistic else {
            var spec = LinearSVCSpec()
            spec.units = .number(labels.count)
            return ((spec, model), labels)
        }
        var spec = LogisticRegressionSpec()
        spec.units = .number(labels.count)
        return ((spec, model), labels)
    }

    /// Converts a product, a sum and a softmax, which skl2onnx writes for double-precision logistic regression; for two
    /// classes, a logistic function whose values are divided by their sum, which is 1.
    private func softmaxRegression(_ index: Int) throws -> End? {
        let product = graph.nodes[index]
        guard let output = product.outputs.first, let sums = consumers[output], sums.count == 1 else {
            return nil
        }
        let sum = graph.nodes[sums[0]]
        guard sum.operation == "Add", sum.inputs.count == 2, let total = sum.outputs.first,
            let other = sum.inputs.first(where: { $0 != output }), let bias = constant(other)?.numbers,
            let softmax = (consumers[total] ?? []).first(where: {
                ["Softmax", "Sigmoid"].contains(graph.nodes[$0].operation)
            }), let scores = graph.nodes[softmax].outputs.first,
            let (values, width, outputs) = try matrix(product), bias.count == outputs, outputs > 1
        else { return nil }
        var weight = Matrix(rows: width, columns: outputs, values: values).transposed
        var biases = bias
        let isLogistic = graph.nodes[softmax].operation == "Sigmoid"
        if isLogistic {
            guard outputs == 2, weight[row: 0].elementsEqual(weight[row: 1].map { -$0 }), bias[0] == -bias[1]
            else { return nil }
            for index in weight.values.indices { weight.values[index] /= 2 }
            biases = bias.map { $0 / 2 }
        }
        try flush()
        for node in [index, sums[0], softmax] { take(node) }
        let labels = classNames(outputs) ?? (0..<outputs).map(String.init)
        let end = try linear(
            weight, biases, labels, isProbabilistic: true, product)
        try finish(
            product, allowing: ["Cast", "Identity", "ArgMax", "ArrayFeatureExtractor", "Reshape"],
            scores: scores,
            plain: isLogistic ? Self.passing.union(["Abs", "ReduceSum", "Div"]) : Self.passing)
        return end
    }

    private func linearRegressor(_ node: ONNXSourceGraph.Node) throws -> End {
        let weight = try required("coefficients", node)
        let bias = node.numbers("intercepts") ?? [0]
        guard node.integer("targets") ?? 1 == 1, bias.count == 1,
            ["NONE", nil].contains(node.text("post_transform"))
        else {
            throw problem(
                node.described, found: "\(bias.count) targets or a post_transform", allowed: "one target")
        }
        try flush()
        try setWidth(weight.count)
        let model = try fitted(
            LinearRegressor.self,
            [
                NamedArray("weight", shape: [weight.count], weight),
                NamedArray("intercept", shape: [], bias),
            ], node.described)
        return ((nil, model), [])
    }

    // MARK: Support vectors

    private func supportVectors(_ node: ONNXSourceGraph.Node) throws -> End {
        let labels = try labels(node)
        let count = labels.count
        let kernels: [String: SVMKernel] = [
            "RBF": .rbf, "LINEAR": .linear, "POLY": .poly, "SIGMOID": .sigmoid,
        ]
        guard let kernel = kernels[node.text("kernel_type") ?? "LINEAR"],
            let kind = SVMKernel.allCases.firstIndex(of: kernel),
            ["NONE", nil].contains(node.text("post_transform"))
        else {
            throw problem(
                node.described, found: "the kernel \(node.text("kernel_type") ?? "") or a post_transform",
                allowed: "the kernels RBF, LINEAR, POLY and SIGMOID")
        }
        let perClass = try required("vectors_per_class", node)
        let vectors = try required("support_vectors", node)
        let coefficients = try required("coefficients", node)
        let rho = try required("rho", node)
        let parameters = node.numbers("kernel_params") ?? [0, 0, 3]
        let total = perClass.reduce(0, +)
        guard perClass.count == count, total >= 1, let rows = Int(exactly: total),
            vectors.count % rows == 0, !vectors.isEmpty, coefficients.count == rows * (count - 1),
            rho.count == count * (count - 1) / 2, parameters.count == 3
        else {
            throw problem(
                node.described,
                found: "\(vectors.count) values of support vectors and \(coefficients.count) coefficients",
                allowed: "as many as vectors_per_class and \(count) classes require")
        }
        try flush()
        try setWidth(vectors.count / rows)
        var arrays = [
            NamedArray("kernel", shape: [4], [Double(kind), parameters[0], parameters[1], parameters[2]]),
            NamedArray("support_vectors", shape: [rows, vectors.count / rows], vectors),
            NamedArray("classes", shape: [], [Double(count)]),
            NamedArray("present", shape: [count], (0..<count).map { Double($0) }),
            NamedArray("n_support", shape: [count], perClass),
            NamedArray("dual_coef", shape: [count - 1, rows], coefficients),
            NamedArray("intercept", shape: [rho.count], rho),
            NamedArray("ovo", shape: [], [0]), NamedArray("break_ties", shape: [], [0]),
            NamedArray("converged", shape: [], [1]),
        ]
        if let a = node.numbers("prob_a"), !a.isEmpty {
            let b = node.numbers("prob_b") ?? []
            arrays += [
                NamedArray("prob_a", shape: [a.count], a), NamedArray("prob_b", shape: [b.count], b),
            ]
        }
        let model = try fitted(SupportVectorClassifier.self, arrays, node.described)
        var spec = SVCSpec()
        spec.units = .number(count)
        spec.options.kernel = kernel
        spec.options.gamma = .value(parameters[0])
        spec.options.coef0 = parameters[1]
        spec.options.degree = model.degree
        spec.options.probability = model.isCalibrated
        return ((spec, model), labels)
    }

    // MARK: Naive Bayes

    /// Converts the logarithms of Gaussian densities: ((x - theta)² / sigma) summed, halved, and subtracted from constants.
    private func naiveBayes(_ index: Int) throws -> End? {
        var order = [index]
        let isReshaped = graph.nodes[index].operation == "Reshape"
        func after(_ operation: String) -> ONNXSourceGraph.Node? {
            guard let output = order.last.flatMap({ graph.nodes[$0].outputs.first }),
                let next = consumers[output], next.count == 1, graph.nodes[next[0]].operation == operation
            else { return nil }
            order.append(next[0])
            return graph.nodes[next[0]]
        }
        func other(_ node: ONNXSourceGraph.Node?) -> ONNXTensorValue? {
            node?.inputs.lazy.compactMap { self.constant($0) }.first
        }
        let difference = isReshaped ? after("Sub") : graph.nodes[index]
        guard let theta = other(difference), let means = theta.numbers, theta.shape.count == 3,
            theta.shape[0] == 1, other(after("Pow"))?.numbers == [2],
            let sigma = other(after("Div"))?.numbers, after("ReduceSum") != nil,
            other(after("Mul"))?.numbers == [0.5], after("Sub") != nil,
            let priors = other(after("Add"))?.numbers
        else { return nil }
        guard let joint = order.last.flatMap({ graph.nodes[$0].outputs.first }) else { return nil }
        let (classes, features) = (theta.shape[1], theta.shape[2])
        guard classes >= 2, features >= 1, sigma.count == means.count, priors.count == classes else {
            throw problem(
                graph.nodes[index].described, found: "\(sigma.count) variances and \(priors.count) priors",
                allowed: "\(means.count) variances and \(classes) priors")
        }
        // The probabilities are the exponential of what is normalized.
        let normalized = (consumers[joint] ?? []).filter { graph.nodes[$0].operation == "Sub" }
        guard normalized.count == 1, let logarithm = graph.nodes[normalized[0]].outputs.first,
            let exponentials = consumers[logarithm], exponentials.count == 1,
            graph.nodes[exponentials[0]].operation == "Exp"
        else { return nil }
        try flush()
        try setWidth(features)
        for node in order + normalized + exponentials { take(node) }
        let model = try fitted(
            GaussianNaiveBayes.self,
            [
                NamedArray("theta", shape: [classes, features], means),
                NamedArray("var", shape: [classes, features], sigma),
                NamedArray("log_prior", shape: [classes], priors),
            ], graph.nodes[index].described)
        try finish(
            graph.nodes[index],
            allowing: [
                "ArgMax", "ReduceLogSumExp", "ArrayFeatureExtractor", "Cast", "Reshape", "Identity",
            ], scores: graph.nodes[exponentials[0]].outputs.first, plain: Self.passing)
        var spec = GaussianNBSpec()
        spec.units = .number(classes)
        return ((spec, model), classNames(classes) ?? (0..<classes).map(String.init))
    }
}
