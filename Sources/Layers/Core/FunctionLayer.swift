import Autograd
import Configuration

/// A layer without weights: its options are all there is to it.
public protocol FunctionSpec: LayerSpec {
    /// The output for a batch.
    func apply(_ x: Signal, _ pass: Pass) -> Signal
}

extension FunctionSpec {
    public func make(_ input: [Int], _ generator: RandomGenerator) throws(ShapeProblem) -> any Layer {
        _ = try plan(input)
        return FunctionLayer(self)
    }
}

/// The layer that a `FunctionSpec` asks for.
final class FunctionLayer: Layer {
    private let function: any FunctionSpec

    var spec: any LayerSpec { function }
    var members: [Member] { [] }

    init(_ function: any FunctionSpec) { self.function = function }

    func forward(_ x: Signal, _ pass: Pass) -> Signal { function.apply(x, pass) }
}
