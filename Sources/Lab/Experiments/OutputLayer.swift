import Autograd
import Layers

/// The dense layers that compute all outputs of a model, whose weights temperatures divide: the last layer, or the last
/// layers of branches whose outputs are concatenated.
struct OutputLayer {
    private let parts: [Dense]

    /// Finds the last layers; nil if one of them is not a dense layer without an activation.
    init?(_ model: Model) {
        guard Self.isFound(in: model.spec) else { return nil }
        parts = Self.parts(model.layer)
    }

    /// Whether the last layers of a model are dense layers without an activation.
    static func isFound(in spec: any LayerSpec) -> Bool {
        switch spec {
        case let dense as Dense.Spec: dense.affine.activation == .none
        case let sequence as Sequential.Spec: sequence.layers.last.map { isFound(in: $0.value) } ?? false
        case let parallel as Branches.Spec:
            parallel.join == .concatenate && parallel.branches.allSatisfy { isFound(in: $0.value) }
        default: false
        }
    }

    private static func parts(_ layer: any Layer) -> [Dense] {
        switch layer {
        case let dense as Dense: [dense]
        case let sequence as Sequential: sequence.layers.last.map(parts) ?? []
        case let parallel as Branches: parallel.branches.flatMap(parts)
        default: []
        }
    }

    /// Divides outputs by a temperature each.
    func divide(by temperatures: [Double]) {
        var rest = temperatures[...]
        withoutRecording {
            for dense in parts {
                let width = dense.weight.value.shape.last ?? 0
                let factors = Tensor(rest.prefix(width).map { Real(1 / $0) })
                rest = rest.dropFirst(width)
                dense.weight.value = dense.weight.value * factors
                if let bias = dense.bias { bias.value = bias.value * factors }
            }
        }
    }
}
