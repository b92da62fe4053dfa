import Autograd
import Configuration

/// The options that dense layers and convolutions share.
public struct AffineOptions: Options {
    public var activation = Activation.none
    public var bias = true
    public var kernelInitializer = Initializer.glorotUniform
    public var biasInitializer = Initializer.zeros
    public var l1 = 0.0
    public var l2 = 0.0

    public static let fields: [Field<Self>] = [
        .init("activation", \.activation, "Activation of the outputs."),
        .init("bias", \.bias, "Whether to add a trainable bias."),
        .init("kernel_initializer", \.kernelInitializer, "Initializer of the weights."),
        .init("bias_initializer", \.biasInitializer, "Initializer of the biases."),
        .init("l1", \.l1, "L1 penalty on the weights, added to the loss.", .range(0...1e6)),
        .init("l2", \.l2, "L2 penalty on the weights, added to the loss.", .range(0...1e6)),
    ]

    public init() {}

    /// Creates weights of a shape whose last size is the number of outputs, and a bias for each output.
    func weights(
        _ shape: [Int], fanIn: Int, fanOut: Int, _ generator: RandomGenerator
    ) -> (weight: Parameter, bias: Parameter?) {
        let outputs = shape[shape.count - 1]
        let weight = kernelInitializer.make(shape, fanIn: fanIn, fanOut: fanOut, generator.split("weight"))
        guard bias else { return (Parameter(weight), nil) }
        return (
            Parameter(weight),
            Parameter(
                biasInitializer.make(
                    [outputs], fanIn: fanIn, fanOut: fanOut, for: .bias, generator.split("bias")))
        )
    }
}

/// Options that include `AffineOptions`, which are also available directly: `dense.l2`.
@dynamicMemberLookup
public protocol HasAffineOptions {
    /// The options that dense layers and convolutions share.
    var affine: AffineOptions { get set }
}

extension HasAffineOptions {
    /// Accesses the options of `affine` by their own names.
    public subscript<Value>(dynamicMember path: WritableKeyPath<AffineOptions, Value>) -> Value {
        get { affine[keyPath: path] }
        set { affine[keyPath: path] = newValue }
    }
}

func weightAndBias(_ weight: Parameter?, _ bias: Parameter?) -> [Member] {
    (weight.map { [.parameter("weight", $0)] } ?? []) + (bias.map { [.parameter("bias", $0)] } ?? [])
}
