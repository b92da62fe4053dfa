import Autograd
import Configuration

/// What dense layers and convolutions share: how their weights begin, and what is done with the sums.
public struct WeightedSum: Options {
    public var activation = Activation.none
    public var bias = true
    public var kernelInitializer = Initializer.glorotUniform
    public var biasInitializer = Initializer.zeros
    public var l1 = 0.0
    public var l2 = 0.0

    public static let fields: [Field<Self>] = [
        .init("activation", \.activation, "Applied to the sums."),
        .init("bias", \.bias, "Whether a trained number is added to each sum."),
        .init("kernel_initializer", \.kernelInitializer, "How the weights begin."),
        .init("bias_initializer", \.biasInitializer, "How the biases begin."),
        .init("l1", \.l1, "Penalty on the size of the weights, added to the loss.", .range(0...1e6)),
        .init("l2", \.l2, "Penalty on the squares of the weights, added to the loss.", .range(0...1e6)),
    ]

    public init() {}

    /// Weights of a shape that ends with the outputs, and a bias for each output.
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

/// Options with a weighted sum, whose keys are theirs, too: `dense.l2`.
@dynamicMemberLookup
public protocol WeightedSumOptions {
    /// The options that layers with a weighted sum share.
    var sum: WeightedSum { get set }
}

extension WeightedSumOptions {
    /// The options of `sum` by their own names.
    public subscript<Value>(dynamicMember path: WritableKeyPath<WeightedSum, Value>) -> Value {
        get { sum[keyPath: path] }
        set { sum[keyPath: path] = newValue }
    }
}

func weightAndBias(_ weight: Parameter, _ bias: Parameter?) -> [Member] {
    [.parameter("weight", weight)] + (bias.map { [.parameter("bias", $0)] } ?? [])
}
