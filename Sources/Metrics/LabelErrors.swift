/// The differences between a predicted label sequence and the true one, by the fewest edits (Levenshtein distance).
public struct LabelErrors: Sendable, Equatable {
    public var substitutions = 0
    /// Labels that only the prediction has.
    public var insertions = 0
    /// Labels that only the true sequence has.
    public var deletions = 0
    /// The number of true labels.
    public var labels = 0

    /// No labels and no errors.
    public init() {}

    /// Aligns a prediction with the true sequence.
    public init<Label: Equatable>(_ prediction: [Label], truth: [Label]) {
        labels = truth.count
        // The errors of each beginning of the truth against a beginning of the prediction.
        var row = (0...truth.count).map { LabelErrors(deletions: $0) }
        for label in prediction {
            var diagonal = row[0]
            row[0].insertions += 1
            for (place, expected) in truth.enumerated() {
                var (match, insertion, deletion) = (diagonal, row[place + 1], row[place])
                if label != expected { match.substitutions += 1 }
                insertion.insertions += 1
                deletion.deletions += 1
                diagonal = row[place + 1]
                var best = match
                if deletion.count < best.count { best = deletion }
                if insertion.count < best.count { best = insertion }
                row[place + 1] = best
            }
        }
        let found = row[truth.count]
        (substitutions, insertions, deletions) = (found.substitutions, found.insertions, found.deletions)
    }

    private init(deletions: Int) { self.deletions = deletions }

    /// The number of errors.
    public var count: Int { substitutions + insertions + deletions }

    /// The label error rate: errors per true label. NaN without true labels.
    public var rate: Double { labels > 0 ? Double(count) / Double(labels) : .nan }

    /// Adds the errors of two sequences.
    public static func + (a: LabelErrors, b: LabelErrors) -> LabelErrors {
        var sum = a
        sum.substitutions += b.substitutions
        sum.insertions += b.insertions
        sum.deletions += b.deletions
        sum.labels += b.labels
        return sum
    }
}
