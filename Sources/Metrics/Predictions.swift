import Autograd

/// The predictions of a model, with the true classes or values and, if known, the speakers of the examples.
public struct Predictions: Sendable {
    /// What is predicted for each example.
    public enum Task: String, Sendable, CaseIterable {
        /// One of several classes.
        case classification
        /// A number.
        case regression
        /// Any number of labels.
        case multiLabel = "multi_label"
        /// A sequence of labels.
        case sequences
        /// A class for every frame.
        case frames
    }

    /// What is predicted.
    public var task = Task.classification
    /// The names of the classes or labels, in the order of the model's outputs.
    public var classes: [String]
    /// The name of each example, such as the path of a clip.
    public var ids: [String] = []
    /// The speaker of each example, or nil if unknown.
    public var speakers: [String?] = []
    /// The true class of each example, as an index into `classes`.
    public var truths: [Int] = []
    /// The predicted probability of each class or label, one row per example.
    public var probabilities: [[Double]] = []
    /// For regression, the true value of each example.
    public var trueValues: [Double] = []
    /// For regression, the predicted value of each example.
    public var values: [Double] = []
    /// For several labels, 1 for each label that applies and 0 for the others; for a classification, the shares of the
    /// annotators' votes, or empty without votes. One row per example.
    public var references: [[Double]] = []
    /// For label sequences, the true and the predicted labels of each example.
    public var sequences: [LabelSequence] = []
    /// For a classification of frames, the runs of frames of each example.
    public var frames: [[FrameRun]] = []
    /// How the class or the labels of each example are decided from the probabilities; empty for the most probable class, and for labels
    /// from a probability of 0.5 on.
    public var rules: [DecisionRule] = []
    /// The predictions of each target of a model with several targets; empty for one.
    public var parts: [PredictionPart] = []
    /// The mean loss over the examples, or NaN if unknown.
    public var meanLoss = Double.nan

    /// Creates predictions without examples.
    public init(classes: [String]) { self.classes = classes }

    /// Appends an example.
    public mutating func append(
        _ id: String, speaker: String? = nil, truth: Int, probabilities row: [Double]
    ) {
        ids.append(id)
        speakers.append(speaker)
        truths.append(truth)
        probabilities.append(row)
    }

    /// The decided class of each example: the most probable one, unless `rules` has others; the first one in a tie.
    public var decisions: [Int] {
        guard rules.count == probabilities.count else {
            return probabilities.map { DecisionRule.decision($0) }
        }
        return zip(probabilities, rules).map { DecisionRule.decision($0, $1) }
    }

    /// Whether each label is decided to apply, one row per example.
    public var decidedLabels: [[Bool]] {
        guard rules.count == probabilities.count else { return probabilities.map { DecisionRule.labels($0) } }
        return zip(probabilities, rules).map { DecisionRule.labels($0, $1) }
    }

    /// The rule for the class or the labels of all examples; nil for the usual one. One that does not suit the number of classes is ignored.
    public var rule: DecisionRule? {
        get { rules.first }
        set {
            let rule = newValue.flatMap { $0.suits(classes.count) ? $0 : nil }
            rules = rule.map { Array(repeating: $0, count: probabilities.count) } ?? []
        }
    }

    /// The unique speakers in the order of the examples, or nil if the speaker of an example is unknown.
    public var knownSpeakers: [String]? {
        guard !speakers.isEmpty, speakers.allSatisfy({ $0 != nil }) else { return nil }
        var seen: Set<String> = []
        return speakers.compactMap { $0 }.filter { seen.insert($0).inserted }
    }

    /// Returns the confusion matrix of the examples or frames.
    public func confusion() throws(InputError) -> ConfusionMatrix {
        try task == .frames
            ? ConfusionMatrix(classes: classes, flat: frameCounts(at: frames.indices))
            : ConfusionMatrix(classes: classes, truths: truths, predictions: decisions)
    }

    /// Returns the mean loss, under the name `loss`, followed by the given metrics.
    public func metrics(_ metrics: [Metric]) throws(InputError) -> [(name: String, value: Double)] {
        guard task == .classification, parts.isEmpty, references.isEmpty else {
            var values = [(name: "loss", value: meanLoss)]
            for metric in metrics { values.append((metric.name, try metric.value(of: self))) }
            return values
        }
        let soft = try ProbabilityMetrics(
            probabilities: probabilities, truths: truths, classes: classes.count)
        let matrix = try confusion()
        return [("loss", meanLoss)]
            + metrics.map { metric in
                let value =
                    switch metric.formula {
                    case .confusion(let value): value(matrix)
                    case .probabilities, .meanOverExamples, .areaUnderROC: metric.value(of: soft)
                    case .predictions(let value): value(self)
                    case .numbers, .labels, .votes, .ratio: Double.nan
                    }
                return (metric.name, value)
            }
    }

    /// Returns the examples at the given indices, in that order.
    public func selecting(_ places: [Int]) -> Predictions {
        var part = Predictions(classes: classes)
        part.task = task
        part.ids = places.map { ids[$0] }
        part.speakers = places.map { speakers[$0] }
        if !parts.isEmpty {
            let examples = occurrences(places)
            part.parts = parts.map { $0.selecting(examples) }
            return part
        }
        switch task {
        case .classification:
            part.truths = places.map { truths[$0] }
            part.probabilities = places.map { probabilities[$0] }
        case .regression:
            part.trueValues = places.map { trueValues[$0] }
            part.values = places.map { values[$0] }
        case .multiLabel: part.probabilities = places.map { probabilities[$0] }
        case .sequences: part.sequences = places.map { sequences[$0] }
        case .frames: part.frames = places.map { frames[$0] }
        }
        if rules.count == ids.count { part.rules = places.map { rules[$0] } }
        if !references.isEmpty { part.references = places.map { references[$0] } }
        return part
    }

    /// Pools the predictions of several test sets, such as those of all folds. Throws if their classes or targets differ.
    public static func pooled(_ all: [Predictions]) throws(InputError) -> Predictions {
        var pool = Predictions(classes: all.first?.classes ?? [])
        pool.task = all.first?.task ?? .classification
        let hasRules = all.contains { !$0.rules.isEmpty }
        for own in all {
            guard own.classes == pool.classes, own.task == pool.task else {
                throw InputError(
                    "classes \(own.classes.joined(separator: ", ")) and \(pool.classes.joined(separator: ", ")); "
                        + "to pool predictions, their classes must be the same, in the same order")
            }
            pool.ids += own.ids
            pool.speakers += own.speakers
            pool.truths += own.truths
            pool.probabilities += own.probabilities
            pool.trueValues += own.trueValues
            pool.values += own.values
            pool.references += own.references
            pool.sequences += own.sequences
            pool.frames += own.frames
            if hasRules { pool.rules += own.explicitRules }
        }
        guard pool.references.isEmpty || pool.references.count == pool.ids.count else {
            throw InputError(
                "predictions with and without votes of annotators; expected votes in all or none")
        }
        pool.parts = try PredictionPart.pooled(all.map(\.parts))
        return pool
    }

    /// The rule of every example, with the usual one where there is no other.
    private var explicitRules: [DecisionRule] {
        guard rules.isEmpty else { return rules }
        let usual: DecisionRule =
            task == .multiLabel ? .thresholds(classes.map { _ in 0.5 }) : .weights(classes.map { _ in 1 })
        return Array(repeating: usual, count: probabilities.count)
    }
}
