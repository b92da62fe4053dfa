import Autograd
import Configuration

/// The spec of a layer that declares none: the layer works from Swift, but no config can name or create it.
struct SwiftOnlySpec: LayerSpec {
    private let layer: (any Layer)?

    static let type = "swift_only"
    static let fields: [Field<Self>] = []

    init() { layer = nil }
    init(_ layer: any Layer) { self.layer = layer }

    /// The name of the layer's class.
    var name: String { layer.map { "\(Swift.type(of: $0))" } ?? Self.type }

    /// Finds the output shape by running the layer on one example of zeros.
    func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
        guard let layer else { throw cannotBeMade }
        let output = withoutRecording { layer.forward(Signal(.zeros([1] + input)), .planning) }
        return LayerPlan(
            output: Array(output.tensor.shape.dropFirst()), parameters: layer.parameterCount,
            buffers: layer.namedBuffers.reduce(0) { $0 + product($1.buffer.shape) })
    }

    func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
        throw cannotBeMade
    }

    private var cannotBeMade: LayerError {
        LayerError("\(name) cannot be created from a config: it has no spec; \(Self.advice)")
    }

    static let advice = "give the layer a `spec` and register its type with LayerKinds.register"
}

extension LayerSpec {
    /// The layer's type in a config, or the name of its class if it declares no spec.
    public var typeName: String { (self as? SwiftOnlySpec)?.name ?? Self.type }
}

extension Layer {
    /// The layer's type in a config, or the name of its class if it declares no spec.
    public var typeName: String { spec.typeName }

    /// The first layer without a spec, with the prefix of its parameters' names; nil if there is none.
    func firstWithoutSpec(_ path: String = "") -> (path: String, layer: any Layer)? {
        if spec is SwiftOnlySpec { return (path, self) }
        for case .layer(let name, let layer) in members {
            if let found = layer.firstWithoutSpec(path.isEmpty ? name : path + "." + name) { return found }
        }
        return nil
    }
}

extension JSONValue {
    /// Whether a config contains a layer without a spec.
    var containsSwiftOnly: Bool {
        if let elements { return elements.contains(where: \.containsSwiftOnly) }
        return members?.contains {
            $0.key == "type" && $0.value.text == SwiftOnlySpec.type || $0.value.containsSwiftOnly
        } ?? false
    }
}
