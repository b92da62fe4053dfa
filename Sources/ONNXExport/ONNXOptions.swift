/// How a model is exported to ONNX.
public struct ONNXOptions: Sendable {
    /// What is done to the model's output.
    public enum Output: String, Sendable, CaseIterable {
        /// Probabilities of classes; nothing is added where the model ends with softmax.
        case softmax
        /// A probability of its own for each output.
        case sigmoid
        /// The model's own output.
        case none

        /// The name of the output in the file.
        public var name: String { self == .none ? "output" : "probabilities" }
    }

    /// Which weights of attention become outputs: `attention` where there is one, else `attention.` and the layer's name.
    public enum AttentionOutputs: String, Sendable, CaseIterable {
        case none
        /// Of layers that pool a sequence: [batch, time].
        case pooling
        /// Those of self-attention too: [batch, heads, time, time].
        case all
    }

    /// Probabilities of classes unless given.
    public var output = Output.softmax
    /// Those of pooling layers unless given.
    public var attention = AttentionOutputs.pooling
    /// Whether there is an input `lengths`, whole numbers of shape [batch], where the model makes use of it. The file
    /// cannot be run without it. Where this is false, all steps count.
    public var lengths = true
    /// Whether sequences may have another number of steps than the model was made for. Layers that have weights for
    /// each step or that put all steps side by side are an error then.
    public var anySteps = false
    /// How each type of layer is written.
    public var mappings = ONNXMappings.standard

    /// The defaults.
    public init() {}
}
