import Autograd
import Configuration

/// A layer as it is declared, in a config or in code: its options, what shape it makes of which, and what it costs.
///
/// Shapes here leave the batch axis out: [200, 40] is a sequence of 200 steps with 40 channels, [300, 300, 3] a
/// picture, [128] a vector.
public protocol LayerSpec: TaggedOptions {
    /// The output's shape and what it costs to get there, without making anything.
    func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan
    /// The layer for inputs of the given shape, which `plan` has accepted. Initial weights come from `generator`.
    func make(_ input: [Int], _ generator: RandomGenerator) throws(ShapeProblem) -> any Layer
}

/// What a layer makes of an input shape, known without running it.
public struct LayerPlan: Sendable {
    /// The output's shape, without the batch axis.
    public var output: [Int]
    /// Trained numbers.
    public var parameters: Int
    /// Numbers that are saved but not trained, such as running statistics. Keras counts them as parameters.
    public var buffers: Int
    /// Multiply-adds of one forward pass for one example.
    public var multiplyAdds: Int
    /// Numbers of one example that a training step keeps for the way back.
    public var kept: Int
    /// The layers inside, where there are any.
    public var parts: [Part]
    /// Whether the numbers that go in have to be whole, such as those of words.
    public var takesWholeNumbers = false

    /// A layer inside another.
    public struct Part: Sendable {
        /// What it is called in the names of parameters, and the `type` of its options.
        public let name: String, type: String
        /// What it makes of the shape that reaches it.
        public let plan: LayerPlan
        /// Where the options of the layer around have it, such as "layers[2]"; nil where they do not name it.
        public var place: String?
    }

    /// Without `kept`, a training step keeps as many numbers as the output has.
    public init(
        output: [Int], parameters: Int = 0, buffers: Int = 0, multiplyAdds: Int = 0, kept: Int? = nil,
        parts: [Part] = []
    ) {
        self.output = output
        self.parameters = parameters
        self.buffers = buffers
        self.multiplyAdds = multiplyAdds
        self.kept = kept ?? product(output)
        self.parts = parts
    }
}

extension LayerPlan {
    /// The most weights, and the most numbers kept for an example, that a layer may have: more than fit into memory.
    static let most = 1 << 31

    /// The trained numbers and those that are saved with them.
    var weights: Int { parameters + buffers }

    /// Throws where a layer is beyond any memory.
    fileprivate func check(_ type: String) throws(ShapeProblem) {
        try check(\.weights, type, "weights", "units, filters or layers")
        try check(
            \.kept, type, "numbers to keep for each example", "units, filters or layers, or shorter inputs")
    }

    private func check(
        _ count: KeyPath<LayerPlan, Int>, _ type: String, _ what: String, _ advice: String
    ) throws(ShapeProblem) {
        let found = self[keyPath: count]
        guard found > Self.most else { return }
        // Counts are exact up to there.
        func shown(_ count: Int) -> String { count < 1 << 60 ? "\(count)" : "\(1 << 60) or more" }
        let largest = parts.max { $0.plan[keyPath: count] < $1.plan[keyPath: count] }
        let share = largest.map {
            "; the largest part, \"\($0.name)\" (\($0.type)), has \(shown($0.plan[keyPath: count]))"
        }
        throw ShapeProblem(
            "\(type) has \(shown(found)) \(what), and at most \(Self.most) are allowed: use fewer \(advice)"
                + (share ?? ""))
    }

    /// Throws where a layer takes whole numbers only, which cannot be told from features of sounds or from what other layers
    /// make of them.
    public func checkTakesRealNumbers(_ type: String) throws(ShapeProblem) {
        if takesWholeNumbers {
            throw ShapeProblem(
                "\(type) takes whole numbers only, such as those of words, and here the numbers are real; "
                    + "use a layer such as dense or conv1d in its place")
        }
        for part in parts {
            do { try part.plan.checkTakesRealNumbers(part.type) } catch {
                throw part.place.map(error.inside) ?? error
            }
        }
    }
}

/// The product of sizes, at most 2^60: in a config they may be beyond any memory.
func product(_ sizes: [Int]) -> Int {
    var result = 1
    for size in sizes {
        let (next, isOverflow) = result.multipliedReportingOverflow(by: size)
        result = isOverflow ? 1 << 60 : min(next, 1 << 60)
        if size == 0 { return 0 }
    }
    return result
}

func product(_ sizes: Int...) -> Int { product(sizes) }

/// An input shape that a layer cannot take.
public struct ShapeProblem: Error, CustomStringConvertible, Sendable, Equatable {
    /// Where the layer stands, from the outermost on: "layers[2]", "main".
    public var path: [String]
    /// What does not fit, and what would.
    public var message: String

    /// `path` begins with the outermost layer; `inside` adds to it.
    public init(_ message: String, path: [String] = []) {
        self.message = message
        self.path = path
    }

    public var description: String { path.isEmpty ? message : path.joined(separator: ".") + ": " + message }

    /// The same problem seen from the layer around.
    public func inside(_ name: String) -> ShapeProblem { ShapeProblem(message, path: [name] + path) }
}

extension LayerSpec {
    /// The plan, where neither it nor its input goes beyond any memory.
    public func checkedPlan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan {
        guard input.allSatisfy({ 0...LayerPlan.most ~= $0 }), product(input) <= LayerPlan.most else {
            throw ShapeProblem(
                "\(Self.type) cannot take an input of \(input): sizes are at least 0, and an example has at most "
                    + "\(LayerPlan.most) numbers")
        }
        let plan = try plan(input)
        try plan.check(Self.type)
        return plan
    }

    /// The problem that a layer has with an input that lacks the axes it needs.
    func needs(_ axes: String, _ input: [Int]) -> ShapeProblem {
        ShapeProblem("\(Self.type) needs an input of [\(axes)], found \(input)")
    }
}

/// The layers that a config may name.
public enum LayerKinds: Registry {
    /// What stands in a config is a layer.
    public typealias Value = any LayerSpec

    public static var noun: String { "layer" }
    public static var builtIn: [any TaggedOptions.Type] { layerKinds }
}

/// A layer of any kind inside another one's options.
public typealias AnyLayer = Tagged<LayerKinds>
