import Autograd
import Configuration

/// An activation function.
public enum Activation: String, CaseIterable, ConfigurationValue {
    case none, relu, tanh, sigmoid, gelu, silu, elu, softplus
    case leakyReLU = "leaky_relu"
    case geluTanh = "gelu_tanh"
    case softmax

    /// Applies the function to each element; softmax is taken over the last axis.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        switch self {
        case .none: x
        case .relu: x.relu()
        case .tanh: x.tanh()
        case .sigmoid: x.sigmoid()
        case .gelu: x.gelu()
        case .geluTanh: x.gelu(approximate: true)
        case .silu: x.silu()
        case .elu: x.elu()
        case .leakyReLU: x.leakyRelu()
        case .softplus: x.softplus()
        case .softmax: x.softmax(axis: -1)
        }
    }

    /// The part of the activation that a fused kernel applies, and the part that remains.
    var fused: FusedActivation { self == .relu ? .relu : .none }
    func afterFused(_ x: Tensor) -> Tensor { self == .relu ? x : self(x) }

    /// The activation that a normalization kernel can fuse; nil for other functions.
    var ofNorm: NormActivation? {
        switch self {
        case .none: NormActivation.none
        case .relu: .relu
        case .silu: .silu
        default: nil
        }
    }
}
