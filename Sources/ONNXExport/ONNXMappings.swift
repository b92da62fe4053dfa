import Layers
import Synchronization

/// The translations of layers to ONNX operators, by type. A block composed of other layers needs no mapping.
public struct ONNXMappings: Sendable {
    /// Adds a layer's operators to the graph and returns the output. Throws if ONNX does not support the layer's options.
    public typealias Mapping = @Sendable (ONNXLayer, ONNXSignal) throws -> ONNXSignal

    private var mappings: [String: Mapping] = [:]

    /// The mapping of a layer type; nil if there is none.
    public subscript(type: String) -> Mapping? {
        get { mappings[type] }
        set { mappings[type] = newValue }
    }

    /// Returns the mappings with one added or replaced.
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
        .addingNorms().addingRecurrent().addingAttention().addingEstimators()
}
