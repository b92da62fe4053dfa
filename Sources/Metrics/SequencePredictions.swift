/// Predicted label sequences, with the true sequences and, if known, the speakers of the examples.
public struct SequencePredictions: Sendable {
    /// The name of each example.
    public private(set) var ids: [String] = []
    /// The speaker of each example; nil if unknown.
    public private(set) var speakers: [String?] = []
    /// The true labels of each example.
    public private(set) var truths: [[String]] = []
    /// The predicted labels of each example.
    public private(set) var predictions: [[String]] = []

    /// Creates predictions without examples.
    public init() {}

    /// Appends an example.
    public mutating func append(
        _ id: String, speaker: String? = nil, truth: [String], prediction: [String]
    ) {
        ids.append(id)
        speakers.append(speaker)
        truths.append(truth)
        predictions.append(prediction)
    }

    /// The errors of each example.
    public var errors: [LabelErrors] { zip(predictions, truths).map { LabelErrors($0, truth: $1) } }

    /// The errors of all examples.
    public var totalErrors: LabelErrors { errors.reduce(LabelErrors(), +) }

    /// The fraction of examples without an error, or NaN without examples.
    public var exactMatches: Double {
        ids.isEmpty ? .nan : Double(errors.count { $0.count == 0 }) / Double(ids.count)
    }

    /// Returns the label error rate with its confidence interval over speakers, or over examples if a speaker is unknown:
    /// Student's t with the jackknife standard error of the logarithm, as `ClusterResampling.interval`.
    ///
    /// - Parameter bySpeaker: Whether speakers are independent units; not if the model was trained on the same speakers.
    public func labelErrorRate(level: Double = 0.95, bySpeaker: Bool = true) -> ConfidenceInterval {
        var clusters: [String: LabelErrors] = [:]
        var names: [String] = []
        let isKnown = bySpeaker && !speakers.contains { $0 == nil }
        for (index, errors) in errors.enumerated() {
            let name = isKnown ? speakers[index] ?? "" : ids[index]
            if clusters[name] == nil { names.append(name) }
            clusters[name, default: LabelErrors()] = clusters[name, default: LabelErrors()] + errors
        }
        let total = totalErrors
        guard names.count >= ClusterResampling.fewest else {
            var interval = ConfidenceInterval(
                estimate: total.rate, low: .nan, high: .nan, level: level, units: names.count)
            interval.absence = .fewUnits
            return interval
        }
        let others = names.map { name -> Double in
            let own = clusters[name] ?? LabelErrors()
            let labels = total.labels - own.labels
            return labels > 0 ? Double(total.count - own.count) / Double(labels) : .nan
        }
        return ConfidenceInterval(
            total.rate, others: others, of: nil, scale: .logarithm, level: level, units: names.count,
            method: .jackknife)
    }
}
