import Autograd
import Configuration

/// A layer made from its description, with the input it was made for.
public final class Model: Layer {
    /// The layer that does the work.
    public let layer: any Layer
    /// The input's shape, without the batch axis.
    public let input: [Int]
    /// What the layers make of it and what that costs.
    public let plan: LayerPlan

    public var spec: any LayerSpec { layer.spec }
    public var members: [Member] { layer.members }
    public var penalties: [Penalty] { layer.penalties }

    /// Makes a described layer for an input shape. Throws where a layer cannot take its input.
    public init(_ spec: any LayerSpec, input: [Int], generator: RandomGenerator) throws(ShapeProblem) {
        plan = try spec.checkedPlan(input)
        layer = try spec.make(input, generator)
        self.input = input
    }

    /// Makes a model from JSON: one layer, or a list of layers that follow each other. Throws every mistake of the
    /// text at once, or the first layer that cannot take its input, with their places.
    public convenience init(
        json: JSONValue, input: [Int], generator: RandomGenerator
    ) throws(ConfigurationError) {
        let spec = try Model.spec(json)
        do { try self.init(spec, input: input, generator: generator) } catch {
            throw error.located(in: json)
        }
    }

    /// The same from JSON text; `source` is the file that messages name.
    public convenience init(
        text: String, source: String = "", input: [Int], generator: RandomGenerator
    ) throws(ConfigurationError) {
        try self.init(json: JSONValue.parse(text, source: source), input: input, generator: generator)
    }

    /// The layer that JSON describes; a list stands for a sequential layer.
    public static func spec(_ json: JSONValue) throws(ConfigurationError) -> any LayerSpec {
        do {
            return json.elements == nil
                ? try Root.decode(wrap("model", json)).model.value
                : try Sequential.Spec.decode(wrap("layers", json))
        } catch {
            throw error.withoutFirstStep
        }
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        require(
            x.tensor.rank == input.count + 1,
            "Model: an input of shape \(x.tensor.shape); expected [batch] + \(input)")
        return layer.forward(x, pass)
    }

    /// The model as a table; see `LayerPlan.summary`.
    public func summary(depth: Int = 1) -> String {
        plan.summary(type(of: spec).type, input: input, depth: depth)
    }

    private static func wrap(_ key: String, _ json: JSONValue) -> JSONValue {
        JSONValue(.object([JSONMember(key, json, at: json.place)]), at: json.place)
    }

    /// What a single layer is decoded in.
    private struct Root: Options {
        var model = AnyLayer(Sequential.Spec())
        static let fields: [Field<Self>] = [.init("model", \.model, "The model.", .required)]
    }
}

extension ConfigurationError {
    /// The problems, their paths without the first step.
    fileprivate var withoutFirstStep: ConfigurationError {
        ConfigurationError(
            problems.map {
                Problem(
                    place: $0.place, path: JSONPath(Array($0.path.steps.dropFirst())), message: $0.message)
            })
    }
}

extension ShapeProblem {
    /// The problem with the place of the layer in the document that described it.
    ///
    /// - Parameters:
    ///   - json: the model: one layer or a list of layers.
    ///   - path: where the model stands in the document.
    public func located(in json: JSONValue, path outer: JSONPath = JSONPath()) -> ConfigurationError {
        var steps = outer.steps
        var place = json.place
        var value: JSONValue? = json
        // A list stands for a sequential layer: its first step is not in the document.
        var isImplied = json.elements != nil
        for part in path {
            for step in (try? JSONPath(parsing: part))?.steps ?? [.key(part)] {
                if isImplied, case .key = step {
                    isImplied = false
                    continue
                }
                switch step {
                case .key(let key): value = value?[key]
                case .index(let index):
                    value = value?.elements.flatMap { $0.indices.contains(index) ? $0[index] : nil }
                }
                guard let found = value else { break }
                place = found.place
                steps.append(step)
            }
        }
        return ConfigurationError(place: place, path: JSONPath(steps), message)
    }
}
