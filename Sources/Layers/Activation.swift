import Autograd
import Configuration

/// A function applied to every element, named in configs.
public enum Activation: String, CaseIterable, ConfigurationValue {
    case none, relu, tanh, sigmoid, gelu, silu, elu, softplus
    case leakyReLU = "leaky_relu"
    case geluTanh = "gelu_tanh"
    case softmax

    /// The function of each element; softmax goes over the last axis.
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

    /// What a fused operation can apply itself, and what is left to do after it.
    var fused: FusedActivation { self == .relu ? .relu : .none }
    func afterFused(_ x: Tensor) -> Tensor { self == .relu ? x : self(x) }

    /// What a normalisation can end with; nil for other functions.
    var ofNorm: NormActivation? {
        switch self {
        case .none: NormActivation.none
        case .relu: .relu
        case .silu: .silu
        default: nil
        }
    }
}

/// An activation as a layer.
public enum ActivationLayer {
    /// The options: any shape, which stays.
    public struct Spec: FunctionSpec {
        public var function = Activation.relu

        public static let type = "activation"
        public static let summary = "A function of every element."
        public static let fields: [Field<Self>] = [
            .init("function", \.function, "Which function.", .required)
        ]

        public init() {}
        /// Softmax goes over the last axis, the others take each element by itself.
        public init(_ function: Activation) { self.function = function }

        public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan { LayerPlan(output: input) }

        public func apply(_ x: Signal, _ pass: Pass) -> Signal {
            let x = x.cleaned
            return x.with(function(x.tensor))
        }
    }
}
