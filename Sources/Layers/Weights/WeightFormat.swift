import Configuration

/// The program whose names and layouts the weights in a file have.
public enum WeightFormat: String, CaseIterable, ConfigurationValue {
    /// The names of this package: a model file, or weights saved with `saveWeights`.
    case prosody
    /// A `state_dict` of PyTorch, matched by name.
    case pytorch
    /// A `state_dict` of torchvision's EfficientNet, for the `efficientnet` layer of a model.
    case torchvision
    /// The weights of a Keras model, matched by their order.
    case keras
}
