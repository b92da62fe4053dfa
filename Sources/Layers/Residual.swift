import Autograd
import Configuration

/// y = activation(x + scale * body(x)). Where the body changes the shape, x goes through a convolution of size 1.
public final class Residual: Layer {
    /// The options: any input that the body takes; the output has the body's output shape.
    public struct Spec: LayerSpec {
        public var body: [AnyLayer] = []
        public var projection = true
        public var scale = 1.0
        public var dropPath = 0.0
        public var activation = Activation.none
        /// What the body is called in the names of parameters.
        var bodyName = "body"

        public static let type = "residual"
        public static let summary = "Adds what layers make of their input to the input itself."
        public static let fields: [Field<Self>] = [
            .init("body", \.body, "The layers, one after the other.", .required, .notEmpty),
            .init(
                "projection", \.projection,
                "Whether the input is brought to the body's shape by a convolution of size 1 where they differ."
            ),
            .init("scale", \.scale, "What the body's output is multiplied with."),
            .init(
                "drop_path", \.dropPath, "Part of the examples that skip the body in training.", .range(0..<1)
            ),
            .init("activation", \.activation, "Applied to the sum."),
        ]

        public init() {}
        /// With a projection where shapes differ, and no activation of the sum.
        public init(_ body: [any LayerSpec], scale: Double = 1, dropPath: Double = 0) {
            self.body = body.map { AnyLayer($0) }
            (self.scale, self.dropPath) = (scale, dropPath)
        }

        public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan {
            let inner = try LayerPlan(chain: body, named: "body", from: input)
            var plan = LayerPlan(output: inner.output)
            plan.add(LayerPlan.Part(name: bodyName, type: Sequential.Spec.type, plan: inner))
            if let shortcut = try shortcut(from: input, to: inner.output) {
                plan.add(
                    LayerPlan.Part(
                        name: "projection", type: Swift.type(of: shortcut).type,
                        plan: try shortcut.plan(input)))
            }
            return plan
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(ShapeProblem) -> any Layer {
            let output = try LayerPlan(chain: body, named: "body", from: input).output
            return Residual(
                self,
                body: try makeChain(body, named: "body", from: input, generator.split("body")),
                projection: try shortcut(from: input, to: output)?.make(input, generator.split("projection")))
        }

        /// What brings the input to the body's output shape; nil where they are the same.
        private func shortcut(from input: [Int], to output: [Int]) throws(ShapeProblem) -> (any LayerSpec)? {
            if input == output { return nil }
            let problem = ShapeProblem(
                "residual cannot add its input \(input) to the body's output \(output); "
                    + (projection
                        ? "sizes have to stay or to be divided by a stride, as with \"padding\": \"same\""
                        : "let the body keep the shape, or set \"projection\": true"))
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

    private let options: Spec
    let body: Sequential
    private let projection: (any Layer)?

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
