import Autograd
import Configuration

/// A layer that is put together from others: its options say what it is made of for an input shape.
public protocol BlockSpec: LayerSpec {
    /// The layer that does the work; its names become those of the block.
    func blueprint(_ input: [Int]) throws(ShapeProblem) -> any LayerSpec
}

extension BlockSpec {
    public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan { try blueprint(input).plan(input) }

    public func make(_ input: [Int], _ generator: RandomGenerator) throws(ShapeProblem) -> any Layer {
        Block(self, try blueprint(input).make(input, generator))
    }
}

/// The layers that a `BlockSpec` asks for.
package final class Block: Layer {
    package let spec: any LayerSpec
    package let inner: any Layer

    package var members: [Member] { inner.members }
    package var penalties: [Penalty] { inner.penalties }

    init(_ spec: any LayerSpec, _ inner: any Layer) { (self.spec, self.inner) = (spec, inner) }

    package func forward(_ x: Signal, _ pass: Pass) -> Signal { inner.forward(x, pass) }
}

/// Layers one after the other, each with a name. Blueprints use it; configs have `Sequential`.
final class Chain: Layer {
    struct Spec: LayerSpec {
        var layers: [(name: String, spec: any LayerSpec)] = []

        static let type = "chain"
        static let fields: [Field<Self>] = []

        init() {}
        init(_ layers: KeyValuePairs<String, any LayerSpec>) {
            self.layers = layers.map { ($0.key, $0.value) }
        }

        func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan {
            var whole = LayerPlan(output: input, kept: 0)
            for (name, spec) in layers {
                let plan: LayerPlan
                do { plan = try spec.checkedPlan(whole.output) } catch { throw error.inside(name) }
                whole.add(LayerPlan.Part(name: name, type: Swift.type(of: spec).type, plan: plan))
                whole.output = plan.output
            }
            return whole
        }

        func make(_ input: [Int], _ generator: RandomGenerator) throws(ShapeProblem) -> any Layer {
            var shape = input
            var made: [(String, any Layer)] = []
            for (name, spec) in layers {
                do {
                    made.append((name, try spec.make(shape, generator.split(name))))
                    shape = try spec.plan(shape).output
                } catch { throw error.inside(name) }
            }
            return Chain(self, made)
        }
    }

    private let options: Spec
    private let layers: [(name: String, layer: any Layer)]

    var spec: any LayerSpec { options }
    var members: [Member] { layers.map { .layer($0.name, $0.layer) } }

    private init(_ spec: Spec, _ layers: [(String, any Layer)]) { (options, self.layers) = (spec, layers) }

    func forward(_ x: Signal, _ pass: Pass) -> Signal { run(layers.map(\.layer), x, pass) }
}
