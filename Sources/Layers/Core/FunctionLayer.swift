import Autograd
import Configuration

/// The options of a layer without weights, and the function that it computes.
public protocol FunctionSpec: LayerSpec {
    /// Returns the output for a batch.
    func apply(_ x: Signal, _ pass: Pass) -> Signal
}

extension FunctionSpec {
    public func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
        _ = try plan(input)
        return FunctionLayer(self)
    }
}

/// A layer without weights, such as `Dropout` or `Flatten`.
public final class FunctionLayer<Function: FunctionSpec>: Layer {
    /// The options that a config decodes.
    public typealias Spec = Function

    let options: Function

    public var spec: any LayerSpec { options }
    public var members: [Member] { [] }

    /// Creates a layer from its options; without an argument, from the defaults.
    public init(_ spec: Function = Function()) { options = spec }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal { options.apply(x, pass) }
}
