/// The options of ONNX export.
public struct ONNXOptions: Sendable {
    /// The function applied to the model's output.
    public enum Output: String, Sendable, CaseIterable {
        /// Class probabilities; no operator is added if the model ends with softmax.
        case softmax
        /// An independent probability for each output.
        case sigmoid
        /// The unchanged output.
        case none

        /// The name of the output in the file.
        public var name: String { self == .none ? "output" : "probabilities" }
    }

    /// The attention weights that become outputs: `attention` if there is one layer, else `attention.` and the layer's name.
    public enum AttentionOutputs: String, Sendable, CaseIterable {
        case none
        /// The weights of attention pooling: [batch, time].
        case pooling
        /// Also the weights of self-attention: [batch, heads, time, time].
        case all
    }

    /// The function applied to the output (default: softmax).
    public var output = Output.softmax
    /// The attention weights to output (default: those of attention pooling).
    public var attention = AttentionOutputs.pooling
    /// Whether to add the required input `lengths`, integers of shape [batch], if the model uses lengths. Otherwise all steps are
    /// valid.
    public var lengths = true
    /// Whether the number of steps is dynamic. Layers that have weights per step or that flatten the sequence are then an error.
    public var anySteps = false
    /// The mappings of layers.
    public var mappings = ONNXMappings.standard

    /// Creates options with their defaults.
    public init() {}
}
