import Autograd
import Configuration

/// A residual connection: y = activation(x + scale * body(x)). If the body changes the shape, x is projected by a
/// pointwise convolution.
public final class Residual: Layer {
    /// The options: any input that fits the body; the output has the shape of the body's output.
    public struct Spec: LayerSpec {
        public var body: [AnyLayer] = []
        public var projection = true
        public var scale = 1.0
        public var dropPath = 0.0
        public var activation = Activation.none
        /// The name of the body within the names of parameters.
        var bodyName = "body"

        public static let type = "residual"
        public static let summary = "Residual connection around a sequence of layers."
        public static let fields: [Field<Self>] = [
            .init("body", \.body, "Layers of the residual branch, in sequence.", .required, .notEmpty),
            .init(
                "projection", \.projection,
                "Whether to project the input by a pointwise convolution if its shape differs from the body's output."
            ),
            .init("scale", \.scale, "Factor of the body's output."),
            .init(
                "drop_path", \.dropPath,
                "Stochastic depth: probability that an example skips the body in training.",
                .range(0..<1)
            ),
            .init("activation", \.activation, "Activation of the sum."),
        ]

        public init() {}
        /// Creates the options, with a projection if the shapes differ and no activation.
        public init(_ body: [any LayerSpec], scale: Double = 1, dropPath: Double = 0) {
            self.body = body.map { AnyLayer($0) }
            (self.scale, self.dropPath) = (scale, dropPath)
        }

        public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
            let inner = try body.items("body").plan(from: input)
            var plan = LayerPlan(output: inner.output)
            plan.add(LayerPlan.Part(name: bodyName, type: Sequential.Spec.type, plan: inner))
            if let shortcut = try shortcut(from: input, to: inner.output) {
                plan.add(
                    LayerPlan.Part(
                        name: "projection", type: shortcut.typeName,
                        plan: try shortcut.plan(input)))
            }
            return plan
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
            let output = try body.items("body").plan(from: input).output
            return Residual(
                self,
                body: try body.items("body").make(from: input, generator.split("body")),
                projection: try shortcut(from: input, to: output)?.make(input, generator.split("projection")))
        }

        /// Returns the layer that projects the input to the shape of the body's output; nil if the shapes are equal.
        private func shortcut(from input: [Int], to output: [Int]) throws(LayerError) -> (any LayerSpec)? {
            if input == output { return nil }
            let problem = LayerError(
                "residual cannot add its input of shape \(input) to the body's output of shape \(output); "
                    + (projection
                        ? "the body must keep the sizes or divide them by its stride, as with \"padding\": \"same\""
                        : "use a body that keeps the shape, or set \"projection\": true"))
            guard projection, input.count == output.count, !output.contains(0) else { throw problem }
            let strides = zip(input, output).dropLast().map { ($0 + $1 - 1) / $1 }
            let channels = output[output.count - 1]
            var spec: any LayerSpec
            switch input.count {
            case 1: spec = Dense.Spec(channels)
            case 2:
                var conv = Conv1D.Spec(channels, kernel: 1)
                conv.stride = strides[0]
                spec = conv
            case 3:
                var conv = Conv2D.Spec(channels, kernel: 1)
                conv.stride = Sides(strides[0], strides[1])
                spec = conv
            default: throw problem
            }
            guard try spec.plan(input).output == output else { throw problem }
            return spec
        }
    }

    let options: Spec
    let body: Sequential
    let projection: (any Layer)?

    public var spec: any LayerSpec { options }
    public var members: [Member] {
        [.layer(options.bodyName, body)] + (projection.map { [.layer("projection", $0)] } ?? [])
    }

    init(_ spec: Spec, body: [any Layer], projection: (any Layer)?) {
        options = spec
        self.body = Sequential(body)
        self.projection = projection
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let x = x.cleaned
        let inner = pass.run(body, x)
        let axes = Array(1..<inner.tensor.rank)
        var change = dropped(inner.tensor, options.dropPath, pass, sharedAxes: axes)
        if options.scale != 1 { change = change * Real(options.scale) }
        let shortcut = projection.map { pass.run($0, x).tensor } ?? x.tensor
        return inner.with(options.activation(shortcut + change))
    }
}
