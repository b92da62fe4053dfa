/// The true and the predicted label sequence of an example.
public struct LabelSequence: Sendable, Equatable {
    /// The true labels.
    public var truth: [String]
    /// The predicted labels.
    public var prediction: [String]

    /// Pairs the true labels of an example with the predicted ones.
    public init(truth: [String], prediction: [String]) {
        (self.truth, self.prediction) = (truth, prediction)
    }

    /// The differences between both.
    public var errors: LabelErrors { LabelErrors(prediction, truth: truth) }
}

extension Predictions {
    /// Creates predictions without examples for a task other than the choice of a class.
    public init(_ task: Task) {
        self.init(classes: [])
        self.task = task
    }

    /// Appends an example of label sequences.
    public mutating func append(_ id: String, speaker: String? = nil, _ sequence: LabelSequence) {
        ids.append(id)
        speakers.append(speaker)
        sequences.append(sequence)
    }

    /// The errors of all label sequences together.
    public var labelErrors: LabelErrors { sequences.map(\.errors).reduce(LabelErrors(), +) }
}
