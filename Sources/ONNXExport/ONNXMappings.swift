import Layers
import Synchronization

/// How layers are written as ONNX operators, by their type in configs. A block that is put together from other layers
/// needs no mapping of its own.
public struct ONNXMappings: Sendable {
    /// Adds a layer's operators to the graph and returns what comes out. Throws where the layer, as it is set, has no
    /// counterpart.
    public typealias Mapping = @Sendable (ONNXLayer, ONNXSignal) throws -> ONNXSignal

    private var mappings: [String: Mapping] = [:]

    /// The mapping of a type of layer, nil where there is none.
    public subscript(type: String) -> Mapping? {
        get { mappings[type] }
        set { mappings[type] = newValue }
    }

    /// These mappings and one more; it takes the place of another for the same layer.
    public func adding(_ spec: any LayerSpec.Type, _ mapping: @escaping Mapping) -> ONNXMappings {
        adding(type: spec.type, mapping)
    }

    func adding(type: String, _ mapping: @escaping Mapping) -> ONNXMappings {
        var more = self
        more[type] = mapping
        return more
    }

    /// No mappings.
    public init() {}

    /// Adds the mapping of a custom layer to `standard`, for example before a program starts.
    public static func register(_ spec: any LayerSpec.Type, _ mapping: @escaping Mapping) {
        registered.withLock { $0[spec.type] = mapping }
    }

    /// The mappings of the built-in and the registered layers.
    public static var standard: ONNXMappings {
        var all = builtIn
        all.mappings.merge(registered.withLock { $0 }) { _, custom in custom }
        return all
    }

    private static let registered = Mutex<[String: Mapping]>([:])

    private static let builtIn = ONNXMappings()
        .addingContainers().addingIdentities().addingDense().addingShapes().addingConvolutions()
        .addingPooling()
        .addingNorms().addingRecurrent().addingAttention()
}
