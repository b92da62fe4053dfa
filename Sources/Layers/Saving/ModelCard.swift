import Configuration

/// The context that a model needs to be used, written into the files that it is exported to.
public struct ModelCard: Sendable {
    /// The names of the classes in the order of the outputs; empty if there are none.
    public var classes: [String]
    /// The feature pipeline that computes the input from a waveform, as in a config.
    public var features: JSONValue?
    /// The sample rate of the waveform in Hz.
    public var sampleRate: Int?
    /// The test-time augmentation as in a config, with a list of edits for each copy of the preprocessed recording; nil for
    /// none. The prediction is the softmax of the mean logits over the recording and its copies.
    public var tta: JSONValue?

    /// What the outputs mean if they are not the logits of classes: a list of the outputs of each target; nil for classes.
    public var targets: JSONValue?

    /// How decisions follow from outputs, such as the limits of conformal prediction; nil for none.
    public var decisions: JSONValue?

    /// The labels of frames as in a config, for a model with the score of each class at every step; nil for other models.
    public var frames: JSONValue?

    /// Creates a card; all values are optional.
    public init(
        classes: [String] = [], features: JSONValue? = nil, sampleRate: Int? = nil, tta: JSONValue? = nil,
        targets: JSONValue? = nil
    ) {
        self.targets = targets
        (self.classes, self.features, self.sampleRate, self.tta) = (classes, features, sampleRate, tta)
    }

    /// Returns the card and the model's config as metadata, from which readers of the file can rebuild the model.
    package func metadata(of model: Model) -> [(key: String, value: String)] {
        var entries = [
            ("format", Self.format), ("model", model.spec.encode().line),
            ("input", model.input.encode().line),
            ("classes", classes.encode().line),
        ]
        if let features { entries.append(("features", features.line)) }
        if let sampleRate { entries.append(("sample_rate", String(sampleRate))) }
        if let tta { entries.append(("tta", tta.line)) }
        if let targets { entries.append(("targets", targets.line)) }
        if let frames { entries.append(("frames", frames.line)) }
        if let decisions { entries.append(("decisions", decisions.line)) }
        return entries
    }

    /// Throws if the model cannot be described in a file, or if the number of classes differs from that of the outputs.
    package func check(_ model: Model) throws {
        if model.spec.encode().containsSwiftOnly, let (path, layer) = model.firstWithoutSpec() {
            throw LayerError(
                exporting: path, type: layer.typeName,
                "the class has no spec, so a file cannot describe how to create it",
                advice: "\(SwiftOnlySpec.advice), or save the weights alone with saveWeights")
        }
        guard !classes.isEmpty, model.plan.output.last != classes.count else { return }
        throw LayerError(
            "found \(classes.count) class names for a model with an output of shape \(model.plan.output); "
                + "give one name per output, or none", path: ["model"])
    }

    static let format = "prosody-model-1"
}
