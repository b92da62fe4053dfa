import Autograd
import Configuration

/// A model: a layer together with the input shape that it was created for.
public final class Model: Layer {
    /// The layer that does the work.
    public let layer: any Layer
    /// The shape of the input, without the batch axis.
    public let input: [Int]
    /// The output shape and the cost.
    public let plan: LayerPlan

    public var spec: any LayerSpec { layer.spec }
    public var members: [Member] { layer.members }
    public var penalties: [Penalty] { layer.penalties }

    /// Creates a model from its options. Throws if a layer does not fit its input.
    public init(_ spec: any LayerSpec, input: [Int], generator: RandomGenerator) throws(LayerError) {
        plan = try spec.checkedPlan(input)
        layer = try spec.make(input, generator)
        self.input = input
    }

    /// Creates a model from a layer, such as a `Sequential` of layers that were created in Swift.
    public init(_ layer: any Layer, input: [Int]) throws(LayerError) {
        plan = try layer.spec.checkedPlan(input)
        self.layer = layer
        self.input = input
    }

    /// Creates a model from JSON: one layer, or a list of layers in sequence. Throws all errors in the text at once, or
    /// the first layer that does not fit its input, with their locations.
    public convenience init(
        json: JSONValue, input: [Int], generator: RandomGenerator
    ) throws(ConfigurationError) {
        let spec = try Model.spec(json)
        do { try self.init(spec, input: input, generator: generator) } catch {
            throw error.located(in: json)
        }
    }

    /// Creates a model from JSON text; `source` is the file name in error messages.
    public convenience init(
        text: String, source: String = "", input: [Int], generator: RandomGenerator
    ) throws(ConfigurationError) {
        try self.init(json: JSONValue.parse(text, source: source), input: input, generator: generator)
    }

    /// Decodes the options of a layer from JSON; a list is a sequential layer.
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
        return layer.forward(x, pass.entering(layer, first: true))
    }

    /// Returns the model as a table; see `LayerPlan.summary`.
    public func summary(depth: Int = 1) -> String {
        plan.summary(typeName, input: input, depth: depth)
    }

    private static func wrap(_ key: String, _ json: JSONValue) -> JSONValue {
        JSONValue(.object([JSONMember(key, json, at: json.place)]), at: json.place)
    }

    /// The object that a single layer is decoded in.
    private struct Root: Options {
        var model = AnyLayer(Sequential.Spec())
        static let fields: [Field<Self>] = [.init("model", \.model, "The model.", .required)]
    }
}

extension ConfigurationError {
    /// The error with the first step removed from each path.
    fileprivate var withoutFirstStep: ConfigurationError {
        ConfigurationError(
            problems.map {
                ConfigurationIssue(
                    place: $0.place, path: JSONPath(Array($0.path.steps.dropFirst())), message: $0.message)
            })
    }
}

extension LayerError {
    /// Returns the problem with the location of the layer in its config.
    ///
    /// - Parameters:
    ///   - json: The model: one layer or a list of layers.
    ///   - path: The path of the model in the document.
    public func located(in json: JSONValue, path outer: JSONPath = JSONPath()) -> ConfigurationError {
        var steps = outer.steps
        var place = json.place
        var value: JSONValue? = json
        // The sequential layer of a list is implied: its first step is not in the document.
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
