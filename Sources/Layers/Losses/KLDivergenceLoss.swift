import Autograd
import Configuration

/// Kullback-Leibler divergence of softmax(outputs) from target probabilities: sum t (log t - log p).
public struct KLDivergenceLoss: LossSpec {
    public var temperature = 1.0

    public static let type = "kl_divergence"
    public static let summary =
        "Kullback-Leibler divergence between the target probabilities and the softmax of the outputs."
    public static let fields: [Field<Self>] = [
        .init(
            "temperature", \.temperature,
            "Softmax temperature; the loss is multiplied by its square (distillation, Hinton et al. 2015).",
            .range(1e-4...1e4))
    ]

    public init() {}

    public func check(_ output: [Int]) throws(LayerError) {
        try (nil as ClassWeights?).check(output, Self.type)
    }

    public func each(_ outputs: Tensor, _ targets: Targets) -> Tensor {
        let target = targets.probabilities(of: outputs.shape.last ?? 0)
        require(
            target.shape == outputs.shape,
            "kl: targets of shape \(target.shape) for outputs of shape \(outputs.shape)")
        let logP = (outputs / Real(temperature)).logSoftmax(axis: -1)
        // 0 log 0 is 0.
        let logT = choose(greater(target, 0), target, 1).log()
        return ((target * (logT - logP)).sum(axes: [-1]) * Real(temperature * temperature)).meanOfExamples()
    }
}
