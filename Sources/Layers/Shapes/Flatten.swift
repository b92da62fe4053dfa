import Autograd
import Configuration

/// Flattens an example into a vector. Padding becomes zero.
public typealias Flatten = FunctionLayer<FlattenSpec>

/// The options of `Flatten`, of which there are none: [a, b, ...] to [a * b * ...].
public struct FlattenSpec: FunctionSpec {
    public static let type = "flatten"
    public static let summary = "Flattens an example into a vector."
    public static let fields: [Field<Self>] = []

    public init() {}

    public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
        LayerPlan(output: [product(input)], kept: 0)
    }

    public func apply(_ x: Signal, _ pass: Pass) -> Signal {
        let shape = x.tensor.shape
        return Signal(x.masked.reshaped([shape[0], shape.dropFirst().reduce(1, *)]))
    }
}
