import Layers
import ONNXExport
import SpeechEmotion

/// The types of this module that configs can name.
public enum EncoderKinds {
    /// Registers the feature `encoder`, the layers `encoder`, `x_vector` and `ecapa_tdnn`, and translations to ONNX. Call it before a config is read; calling it again has no effect.
    public static func register() {
        FeatureKinds.register(EncoderStates.self)
        LayerKinds.register(EncoderLayer.Spec.self)
        LayerKinds.register(XVector.Spec.self)
        LayerKinds.register(ECAPATDNN.Spec.self)
        ONNXMappings.register(EncoderLayer.Spec.self) { try ONNXEncoder($0).translated($1) }
    }
}
