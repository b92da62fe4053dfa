import Autograd
import Configuration
import Layers

/// The model of an experiment: one layer, or a list of layers that follow each other.
public struct ModelDescription: ConfigurationValue {
    public var spec: any LayerSpec
    /// Whether it was a list.
    private var isList: Bool

    /// A model that is one layer.
    public init(_ spec: any LayerSpec) {
        self.spec = spec
        isList = spec is Sequential.Spec
    }

    /// The layers for data with so many classes: `"units": "classes"` becomes their number. A config keeps the word, so
    /// that it fits other data too; a model file has the number. Throws where a layer is none that a config may name.
    public func spec(classes: Int) throws(ConfigurationError) -> any LayerSpec {
        try spec.resolvingUnits(classes: classes)
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
