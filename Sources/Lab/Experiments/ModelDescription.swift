import Autograd
import Configuration
import Layers

/// The model of an experiment: a single layer, or a list of layers applied in sequence.
public struct ModelDescription: ConfigurationValue {
    public var spec: any LayerSpec
    /// Whether the config has a list.
    private var isList: Bool

    /// Creates a model from one layer.
    public init(_ spec: any LayerSpec) {
        self.spec = spec
        isList = spec is Sequential.Spec
    }

    /// Returns the layers for the given number of classes, which replaces `"units": "classes"`. A config keeps the word and so
    /// fits other data; a model file has the number. Throws if a layer cannot be named in a config.
    public func spec(classes: Int) throws(ConfigurationError) -> any LayerSpec {
        try spec.resolvingUnits(classes: classes)
    }

    /// Returns the layers for the outputs that the data need.
    func spec(_ units: OutputUnits) throws(ConfigurationError) -> any LayerSpec {
        try spec.resolvingUnits(classes: units.count, targets: units.targets)
    }

    /// The model with the fingerprints of the encoders in it, which a run records. Throws if one cannot be read, or has another
    /// fingerprint than the model says.
    func pinned() throws -> ModelDescription {
        let json = encode()
        let pinned = try LayerKinds.mappingPinned(in: json) { try $0.pinned().encode() }
        guard pinned != json else { return self }
        var result = self
        result.spec = try Model.spec(pinned)
        return result
    }

    public static func decode(_ json: JSONValue, _ context: Decoding) -> ModelDescription? {
        if json.elements != nil {
            guard let layers = [AnyLayer].decode(json, context) else { return nil }
            return ModelDescription(Sequential.Spec(layers.map(\.value)))
        }
        guard let layer = AnyLayer.decode(json, context) else { return nil }
        var description = ModelDescription(layer.value)
        description.isList = false
        return description
    }

    public func encode() -> JSONValue {
        if isList, let sequence = spec as? Sequential.Spec { return sequence.layers.encode() }
        return spec.encode()
    }

    public static func schema(_ book: SchemaBook) -> JSONValue {
        ["anyOf": [[AnyLayer].schema(book), AnyLayer.schema(book)]]
    }

    public static var allowed: String { "a list of layers, or one layer" }
    public static func resembles(_ json: JSONValue) -> Bool { json.elements != nil || json.members != nil }
}
