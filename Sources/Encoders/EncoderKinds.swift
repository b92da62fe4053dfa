import SpeechEmotion

/// The types of this module that configs can name.
public enum EncoderKinds {
    /// Adds the feature `encoder` to the registry of features. Call it before a config is read; calling it again has no effect.
    public static func register() {
        FeatureKinds.register(EncoderStates.self)
    }
}
