import Configuration

/// What a model is to be used with, written into the files that it is exported to.
public struct ModelCard: Sendable {
    /// The names of the classes in the order of the model's outputs; empty where it has none.
    public var classes: [String]
    /// How the model's input is made of sound: the feature pipeline as a config writes it.
    public var features: JSONValue?
    /// Samples a second of the sound that the features are made of.
    public var sampleRate: Int?
    /// The test-time augmentation as a config writes it: for each augmented copy of the preprocessed recording a list of changes; nil for none.
    /// The prediction is the softmax of the mean logits over the recording and its copies.
    public var tta: JSONValue?

    /// A card; all of it may be left out.
    public init(
        classes: [String] = [], features: JSONValue? = nil, sampleRate: Int? = nil, tta: JSONValue? = nil
    ) {
        (self.classes, self.features, self.sampleRate, self.tta) = (classes, features, sampleRate, tta)
    }

    /// The card as texts by key, with the model itself: what readers of the file need to rebuild it.
    package func metadata(of model: Model) -> [(key: String, value: String)] {
        var entries = [
            ("format", Self.format), ("model", model.spec.encode().line),
            ("input", model.input.encode().line),
            ("classes", classes.encode().line),
        ]
        if let features { entries.append(("features", features.line)) }
        if let sampleRate { entries.append(("sample_rate", String(sampleRate))) }
        if let tta { entries.append(("tta", tta.line)) }
        return entries
    }

    /// Throws where there is not one class for each number that comes out of the model.
    package func check(_ model: Model) throws {
        guard !classes.isEmpty, model.plan.output.last != classes.count else { return }
        throw ExportProblem(
            "found \(classes.count) class names for a model that puts out \(model.plan.output)",
            advice: "give one name for each output, or none")
    }

    static let format = "prosody-model-1"
}
