import Autograd

extension GoldenOperation {
    static let loss: [String: GoldenOperation] = [
        "cross_entropy": .init {
            softmaxCrossEntropy(
                try $0("logits"), targets: try $0.indices("target"), classWeights: try $0.optional("weight"),
                labelSmoothing: try $0.real("label_smoothing"), reduction: try $0.reduction())
        },
        "cross_entropy with target probabilities": .init {
            softmaxCrossEntropy(try $0("logits"), targets: try $0("target") as Tensor)
        },
        "mse": .init {
            meanSquaredError(try $0("x"), targets: try $0("t"), reduction: try $0.reduction())
        },
        "bce_with_logits": .init { sigmoidBinaryCrossEntropy(try $0("x"), targets: try $0("t")) },
        "huber delta #": .init {
            huberLoss(try $0("x"), targets: try $0("t"), delta: Real(try $0.number(0)))
        },
        "focal gamma #": .init {
            let logits = try $0("logits")
            let targets = try $0.indices("target")
            let places = Indices(targets.values, shape: [targets.count, 1])
            let logP = logits.logSoftmax(axis: 1).gathered(places, axis: 1).squeezed(1)
            return -((1 - logP.exp()).pow(Real(try $0.number(0))) * logP).mean()
        },
    ]
}

extension GoldenCall {
    fileprivate func reduction() throws -> Reduction {
        switch try string("reduction") {
        case "mean": .mean
        case "sum": .sum
        case "none": .none
        case let other: throw GoldenError("\(goldenCase.testDescription): unknown reduction \(other)")
        }
    }
}
