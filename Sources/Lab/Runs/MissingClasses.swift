import Metrics

/// The classes of which an evaluated set has no clips, and their effect on metrics that average over classes.
package enum MissingClasses {
    private static let effects: [(metric: Metric, text: String)] = [
        (.uar, "uar is averaged over the other classes"),
        (.macroF1, "macro_f1 counts the missing classes as 0"),
    ]

    /// The effect on all of these metrics, without a period.
    static var effect: String { effects.map(\.text).joined(separator: ", and ") }

    /// The effect on metrics with these names, without a period; nil if there is none.
    static func effect(on metrics: [String]) -> String? {
        let found = effects.filter { metrics.contains($0.metric.name) }.map(\.text)
        return found.isEmpty ? nil : found.joined(separator: ", and ")
    }

    /// A sentence that names the missing classes of predictions and their effect on the metrics; nil if there are none.
    ///
    /// - Parameters:
    ///   - set: What was evaluated, such as `the test set`; nil for clips of another corpus.
    ///   - known: Missing classes that another message names.
    package static func note(
        _ predictions: Predictions, of metrics: [String], in set: String?, except known: [String] = []
    ) -> String? {
        let missing = predictions.missingClasses.filter { !known.contains($0) }
        guard !missing.isEmpty, let effect = effect(on: metrics) else { return nil }
        return "No clips of \(list(missing))\(set.map { " in \($0)" } ?? ""): \(effect)."
    }

    /// The names in quotation marks.
    static func list(_ classes: [String]) -> String {
        classes.map { "\"\($0)\"" }.joined(separator: ", ")
    }
}

extension Predictions {
    /// The classes without clips; none if the predictions are not those of a single classification.
    var missingClasses: [String] {
        guard task == .classification, parts.isEmpty else { return [] }
        let found = Set(truths)
        return classes.indices.filter { !found.contains($0) }.map { classes[$0] }
    }
}
