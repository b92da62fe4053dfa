import Autograd

/// The output of one layer of a model.
public struct LayerOutput: Sendable {
    /// The layer's name, which is the prefix of its parameters' names: `7`, or `0.13` for a sublayer.
    public let name: String
    /// The layer's type in a config.
    public let type: String
    /// The output for the batch.
    public let output: Signal
}

extension Layer {
    /// Returns the outputs of the sublayers in inference, in the order in which they are computed.
    ///
    /// Layers that are an internal part of another one, such as the projections of attention, are not included.
    ///
    /// - Parameter name: The name of a layer; nil returns all layers.
    public func layerOutputs(_ x: Signal, of name: String? = nil) -> [LayerOutput] {
        let named = namedLayers().filter { name == nil || $0.name == name }
        let record = LayerRecord<Signal> { layer in named.contains { $0.layer === layer } }
        withoutRecording {
            _ = forward(x, Pass(isTraining: false, generator: nil, attention: nil, outputs: record))
        }
        return record.entries.compactMap { layer, output in
            named.first { $0.layer === layer }.map {
                LayerOutput(name: $0.name, type: layer.typeName, output: output)
            }
        }
    }
}
