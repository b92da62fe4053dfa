import Autograd
import Configuration

/// An activation function as a layer.
public typealias ActivationLayer = FunctionLayer<ActivationLayerSpec>

/// The options of `ActivationLayer`: any shape, which is kept.
public struct ActivationLayerSpec: FunctionSpec {
    public var function = Activation.relu

    public static let type = "activation"
    public static let summary = "Applies an activation function."
    public static let fields: [Field<Self>] = [
        .init("function", \.function, "Activation function.", .required)
    ]

    public init() {}
    /// Creates the options. Softmax is taken over the last axis; the other functions are elementwise.
    public init(_ function: Activation) { self.function = function }

    public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan { LayerPlan(output: input) }

    public func apply(_ x: Signal, _ pass: Pass) -> Signal {
        let x = x.cleaned
        return x.with(function(x.tensor))
    }
}

extension ActivationLayer {
    /// Creates a layer that applies an activation function.
    public convenience init(_ function: Activation) { self.init(Spec(function)) }
}
