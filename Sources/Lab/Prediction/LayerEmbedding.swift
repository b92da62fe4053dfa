import Autograd
import Layers
import SpeechEmotion
import Training

/// Computes embeddings: the output of one layer of a trained model.
///
/// Recordings are processed one at a time with their true length, so that an embedding does not depend on other recordings.
public struct LayerEmbedding {
    /// The layer's name.
    public let layer: String
    /// The shape per recording: [features], [time, channels] or [height, width, channels].
    public let shape: [Int]
    private let model: Model

    /// Creates an embedding from the layer with the given name, such as `7`, or `0.13` for a nested layer.
    ///
    /// Throws a `FileError` that lists the layers if there is none of that name.
    ///
    /// - Parameter file: The model's file, for messages.
    public init(_ model: Model, layer name: String, file: String) throws {
        let zeros = Signal(
            .zeros([1] + model.input), lengths: model.input.count == 2 ? [model.input[0]] : nil)
        let outputs = model.layerOutputs(zeros)
        guard let found = outputs.last(where: { $0.name == name }) else {
            let known = outputs.map {
                "\($0.name) (\($0.type) \($0.output.tensor.shape.dropFirst().map { $0 }))"
            }
            throw FileError(
                file: file, place: "--layer", found: "no layer \"\(name)\"",
                allowed: known.isEmpty ? "none: this model has a single layer" : known.joined(separator: ", ")
            )
        }
        (self.model, layer, shape) = (model, name, Array(found.output.tensor.shape.dropFirst()))
    }

    /// Returns the layer's output for the features of a recording. Sequences are padded with zeros. Throws if it is not finite.
    public func callAsFunction(_ features: Features) throws -> Features {
        let input = Batch([features], labels: [0], ids: []).inputs
        guard let output = model.layerOutputs(input, of: layer).last?.output else {
            return Features(shape: shape, values: [Float](repeating: 0, count: shape.reduce(1, *)))
        }
        // Padded steps may be missing at the end.
        var values = output.masked.array.map { Float($0) }
        values += [Float](repeating: 0, count: max(0, shape.reduce(1, *) - values.count))
        guard values.allSatisfy(\.isFinite) else {
            throw InputError(
                "layer \(layer)", found: "NaN or infinite outputs",
                allowed: "a model with finite weights; this one is damaged, or its training diverged")
        }
        return Features(shape: shape, values: values, length: output.lengths?.first)
    }
}
