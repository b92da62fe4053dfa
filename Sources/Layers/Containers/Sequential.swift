import Autograd
import Configuration

/// Layers in sequence.
public final class Sequential: Layer {
    /// The options: any input that fits the first layer; the output is that of the last layer.
    public struct Spec: LayerSpec {
        public var layers: [AnyLayer] = []

        public static let type = "sequential"
        public static let summary = "Layers in sequence."
        public static let fields: [Field<Self>] = [
            .init("layers", \.layers, "Layers from input to output.", .required)
        ]

        public init() {}
        /// Creates the options. Without layers, the output is the input.
        public init(_ layers: [any LayerSpec]) { self.layers = layers.map { AnyLayer($0) } }

        public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
            try layers.items("layers").plan(from: input)
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
            Sequential(self, try layers.items("layers").make(from: input, generator))
        }
    }

    private let options: Spec
    /// The layers from input to output, named "0", "1", ... within the names of parameters.
    public let layers: [any Layer]

    public var spec: any LayerSpec { options }
    public var members: [Member] { layers.enumerated().map { .layer(String($0), $1) } }

    init(_ spec: Spec, _ layers: [any Layer]) {
        options = spec
        self.layers = layers
    }

    /// Creates a sequence of layers.
    public convenience init(_ layers: [any Layer]) {
        self.init(Spec(layers.map(\.spec)), layers)
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        run(layers, x, pass)
    }
}
