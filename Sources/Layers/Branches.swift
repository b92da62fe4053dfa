import Autograd
import Configuration

/// y = activation(x + scale * body(x)). Where the body changes the shape, x goes through a convolution of size 1.
public final class Residual: Layer {
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
                "drop_path", \.dropPath, "Part of the examples that skip the body in training.", .atLeast(0),
                .below(1)),
            .init("activation", \.activation, "Applied to the sum."),
        ]

        public init() {}
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
                "residual cannot add its input \(input) to the body's output \(output)")
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
    private let body: Sequential
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
        let inner = body.forward(x, pass)
        var change = dropPath(inner.tensor, options.dropPath, pass)
        if options.scale != 1 { change = change * Real(options.scale) }
        let shortcut = projection.map { $0.forward(x, pass).tensor } ?? x.tensor
        return inner.with(options.activation(shortcut + change))
    }
}

/// Layers side by side on the same input, their outputs put together.
public final class Branches: Layer {
    public enum Joining: String, CaseIterable, ConfigurationValue {
        /// Channels behind each other.
        case concatenate
        case sum, product
    }

    public struct Spec: LayerSpec {
        public var branches: [AnyLayer] = []
        public var join = Joining.concatenate

        public static let type = "parallel"
        public static let summary = "Layers side by side, their outputs put together."
        public static let fields: [Field<Self>] = [
            .init("branches", \.branches, "The layers; each gets the same input.", .required, .notEmpty),
            .init("join", \.join, "How the outputs are put together."),
        ]

        public init() {}
        public init(_ branches: [any LayerSpec], join: Joining = .concatenate) {
            self.branches = branches.map { AnyLayer($0) }
            self.join = join
        }

        public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan {
            var whole = LayerPlan(output: [])
            var outputs: [[Int]] = []
            for (index, branch) in branches.enumerated() {
                let plan: LayerPlan
                do { plan = try branch.value.plan(input) } catch { throw error.inside("branches[\(index)]") }
                whole.add(
                    LayerPlan.Part(name: String(index), type: Swift.type(of: branch.value).type, plan: plan))
                outputs.append(plan.output)
            }
            guard let first = outputs.first else { throw ShapeProblem("parallel has no branches") }
            let fit =
                join == .concatenate
                ? outputs.allSatisfy { !$0.isEmpty && $0.dropLast() == first.dropLast() }
                : outputs.allSatisfy { $0 == first }
            guard fit else {
                throw ShapeProblem(
                    "parallel cannot put outputs of \(outputs.map(\.description).joined(separator: ", ")) together; "
                        + (join == .concatenate ? "all but the last size" : "all sizes")
                        + " have to be the same")
            }
            whole.output = first
            if join == .concatenate {
                whole.output[first.count - 1] = outputs.reduce(0) { $0 + $1[first.count - 1] }
            }
            return whole
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(ShapeProblem) -> any Layer {
            _ = try plan(input)
            var made: [any Layer] = []
            for (index, branch) in branches.enumerated() {
                do { made.append(try branch.value.make(input, generator.split(String(index)))) } catch {
                    throw error.inside("branches[\(index)]")
                }
            }
            return Branches(self, made)
        }
    }

    private let options: Spec
    public let branches: [any Layer]

    public var spec: any LayerSpec { options }
    public var members: [Member] { branches.enumerated().map { .layer(String($0), $1) } }

    init(_ spec: Spec, _ branches: [any Layer]) { (options, self.branches) = (spec, branches) }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let x = x.cleaned
        let outputs = branches.map { $0.forward(x, pass).cleaned }
        let tensors = outputs.map(\.tensor)
        let joined =
            switch options.join {
            case .concatenate: concatenate(tensors, axis: -1)
            case .sum: tensors.dropFirst().reduce(tensors[0], +)
            case .product: tensors.dropFirst().reduce(tensors[0], *)
            }
        // A step counts where it does in every branch.
        let known = outputs.compactMap(\.lengths)
        let lengths = known.first.map { first in
            first.indices.map { row in known.reduce(first[row]) { min($0, $1[row]) } }
        }
        return Signal(joined, lengths: lengths)
    }
}
