import Autograd
import Configuration

/// The options of a layer that is composed of other layers.
public protocol BlockSpec: LayerSpec {
    /// Returns the layer that does the work; its parameter names become those of the block.
    func blueprint(_ input: [Int]) throws(LayerError) -> any LayerSpec
}

extension BlockSpec {
    public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan { try blueprint(input).plan(input) }

    public func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
        Block(self, try blueprint(input).make(input, generator))
    }
}

/// Any block, whatever its options.
package protocol BlockLayer: Layer {
    /// The layer that does the work.
    var inner: any Layer { get }
}

/// A layer that is composed of other layers, such as `Transformer`.
public final class Block<Blueprint: BlockSpec>: BlockLayer {
    /// The options that a config decodes.
    public typealias Spec = Blueprint

    let options: Blueprint
    package let inner: any Layer

    public var spec: any LayerSpec { options }
    public var members: [Member] { inner.members }
    public var penalties: [Penalty] { inner.penalties }

    fileprivate init(_ spec: Blueprint, _ inner: any Layer) { (options, self.inner) = (spec, inner) }

    /// Creates a block for an input shape.
    ///
    /// - Parameters:
    ///   - spec: The options; the defaults if omitted.
    ///   - input: The shape of an example, without the batch axis.
    ///   - generator: The source of the initial weights; each layer draws its own seed from it.
    public convenience init(
        _ spec: Blueprint = Blueprint(), input: [Int], generator: RandomGenerator
    ) throws(LayerError) {
        self.init(spec, try spec.blueprint(input).make(input, generator.forLayer()))
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        inner.forward(x, pass.entering(inner, first: true))
    }
}
