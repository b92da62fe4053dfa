import Autograd
import Configuration

/// Named layers in sequence, for blueprints. Configs use `Sequential`.
final class Chain: Layer {
    struct Spec: LayerSpec {
        var items: [SequenceItem] = []

        static let type = "chain"
        static let fields: [Field<Self>] = []

        init() {}
        init(_ layers: KeyValuePairs<String, any LayerSpec>) {
            items = layers.map { SequenceItem(name: $0.key, spec: $0.value) }
        }

        func plan(_ input: [Int]) throws(LayerError) -> LayerPlan { try items.plan(from: input) }

        func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
            Chain(self, try items.make(from: input, generator))
        }
    }

    let options: Spec
    let layers: [any Layer]

    var spec: any LayerSpec { options }
    var members: [Member] { zip(options.items, layers).map { .layer($0.name, $1) } }

    private init(_ spec: Spec, _ layers: [any Layer]) { (options, self.layers) = (spec, layers) }

    func forward(_ x: Signal, _ pass: Pass) -> Signal { run(layers, x, pass) }
}
