import Autograd
import Layers

/// The dense layer that computes all outputs of a model, whose weights a temperature divides.
struct OutputLayer {
    private let dense: Dense

    /// Finds the last layer; nil if it is not a dense layer without an activation.
    init?(_ model: Model) {
        let last = (model.layer as? Sequential)?.layers.last ?? model.layer
        guard Self.isFound(in: model.spec), let dense = last as? Dense else { return nil }
        self.dense = dense
    }

    /// Whether the last layer of a model is a dense layer without an activation.
    static func isFound(in spec: any LayerSpec) -> Bool {
        let last = (spec as? Sequential.Spec)?.layers.last?.value ?? spec
        return (last as? Dense.Spec).map { $0.sum.activation == .none } ?? false
    }

    /// Divides outputs by a temperature each.
    func divide(by temperatures: [Double]) {
        let factors = Tensor(temperatures.map { Real(1 / $0) })
        withoutRecording {
            dense.weight.value = dense.weight.value * factors
            if let bias = dense.bias { bias.value = bias.value * factors }
        }
    }
}
