import Autograd
import Configuration

/// Layers one after the other.
public final class Sequential: Layer {
    /// The options: any input that the first layer takes; the output is the last one's.
    public struct Spec: LayerSpec {
        public var layers: [AnyLayer] = []

        public static let type = "sequential"
        public static let summary = "Layers one after the other."
        public static let fields: [Field<Self>] = [
            .init("layers", \.layers, "From the input to the output.", .required)
        ]

        public init() {}
        /// From the input to the output; no layers at all put the input out as it is.
        public init(_ layers: [any LayerSpec]) { self.layers = layers.map { AnyLayer($0) } }

        public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan {
            try LayerPlan(chain: layers, named: "layers", from: input)
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(ShapeProblem) -> any Layer {
            Sequential(self, try makeChain(layers, named: "layers", from: input, generator))
        }
    }

    private let options: Spec
    /// From the input to the output; "0", "1", ... in the names of parameters.
    public let layers: [any Layer]

    public var spec: any LayerSpec { options }
    public var members: [Member] { layers.enumerated().map { .layer(String($0), $1) } }

    init(_ spec: Spec, _ layers: [any Layer]) {
        options = spec
        self.layers = layers
    }

    /// Layers that exist already.
    public convenience init(_ layers: [any Layer]) {
        self.init(Spec(layers.map(\.spec)), layers)
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        run(layers, x, pass)
    }
}

extension LayerPlan {
    /// The plan of layers one after the other; a problem names the layer by its place in the list.
    public init(chain: [AnyLayer], named list: String, from input: [Int]) throws(ShapeProblem) {
        self.init(output: input, kept: 0)
        for (index, layer) in chain.enumerated() {
            let plan: LayerPlan
            do { plan = try layer.value.checkedPlan(output) } catch {
                throw (error.path.isEmpty ? error.after(parts, from: input) : error)
                    .inside("\(list)[\(index)]")
            }
            add(
                Part(
                    name: String(index), type: type(of: layer.value).type, plan: plan,
                    place: "\(list)[\(index)]"))
            output = plan.output
        }
    }

    /// Adds the cost of a layer inside.
    public mutating func add(_ part: Part) {
        // Far from overflow however many layers there are.
        func sum(_ a: Int, _ b: Int) -> Int { min(a + b, 1 << 61) }
        parameters = sum(parameters, part.plan.parameters)
        buffers = sum(buffers, part.plan.buffers)
        multiplyAdds = sum(multiplyAdds, part.plan.multiplyAdds)
        kept = sum(kept, part.plan.kept)
        parts.append(part)
    }
}

extension ShapeProblem {
    /// The problem with the shapes that led to the layer, the last eight of them.
    fileprivate func after(_ parts: [LayerPlan.Part], from input: [Int]) -> ShapeProblem {
        guard !parts.isEmpty else { return self }
        let shapes = ["\(input)"] + parts.map { "\($0.type) \($0.plan.output)" }
        let shown = (shapes.count > 8 ? ["..."] : []) + shapes.suffix(8)
        return ShapeProblem("\(message); the shapes before it: \(shown.joined(separator: ", "))", path: path)
    }
}

/// Layers one after the other, each with a generator of its own.
func makeChain(
    _ specs: [AnyLayer], named list: String, from input: [Int], _ generator: RandomGenerator
) throws(ShapeProblem) -> [any Layer] {
    var shape = input
    var layers: [any Layer] = []
    for (index, spec) in specs.enumerated() {
        do {
            layers.append(try spec.value.make(shape, generator.split(String(index))))
            shape = try spec.value.plan(shape).output
        } catch {
            throw error.inside("\(list)[\(index)]")
        }
    }
    return layers
}
