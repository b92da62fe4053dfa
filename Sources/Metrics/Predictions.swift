/// The predictions of a classifier, with the true classes and, if known, the speakers of the examples.
public struct Predictions: Sendable {
    /// The class names, in the order of the model's outputs.
    public var classes: [String]
    /// The name of each example, such as the path of a clip.
    public var ids: [String] = []
    /// The speaker of each example, or nil if unknown.
    public var speakers: [String?] = []
    /// The true class of each example, as an index into `classes`.
    public var truths: [Int] = []
    /// The predicted probability of each class, one row per example.
    public var probabilities: [[Double]] = []
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

    /// The most probable class of each example; the first one in a tie.
    public var decisions: [Int] {
        probabilities.map { row in row.indices.max { row[$0] < row[$1] || row[$0] == row[$1] && $0 > $1 } ?? 0
        }
    }

    /// The unique speakers in the order of the examples, or nil if the speaker of an example is unknown.
    public var knownSpeakers: [String]? {
        guard !speakers.isEmpty, speakers.allSatisfy({ $0 != nil }) else { return nil }
        var seen: Set<String> = []
        return speakers.compactMap { $0 }.filter { seen.insert($0).inserted }
    }

    /// Returns the confusion matrix.
    public func confusion() throws(MetricError) -> ConfusionMatrix {
        try ConfusionMatrix(classes: classes, truths: truths, predictions: decisions)
    }

    /// Returns the mean loss, under the name `loss`, followed by the given metrics.
    public func metrics(_ metrics: [Metric]) throws(MetricError) -> [(name: String, value: Double)] {
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
                    }
                return (metric.name, value)
            }
    }

    /// Returns the examples at the given indices, in that order.
    public func selecting(_ places: [Int]) -> Predictions {
        var part = Predictions(classes: classes)
        part.ids = places.map { ids[$0] }
        part.speakers = places.map { speakers[$0] }
        part.truths = places.map { truths[$0] }
        part.probabilities = places.map { probabilities[$0] }
        return part
    }

    /// Pools the predictions of several test sets, such as those of all folds. Throws if their classes differ.
    public static func pooled(_ parts: [Predictions]) throws(MetricError) -> Predictions {
        var all = Predictions(classes: parts.first?.classes ?? [])
        for part in parts {
            guard part.classes == all.classes else {
                throw MetricError(
                    "classes \(part.classes.joined(separator: ", ")) and \(all.classes.joined(separator: ", ")); "
                        + "to pool predictions, their classes must be the same, in the same order")
            }
            all.ids += part.ids
            all.speakers += part.speakers
            all.truths += part.truths
            all.probabilities += part.probabilities
        }
        return all
    }
}
