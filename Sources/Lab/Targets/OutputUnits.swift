import Layers
import Training

/// The outputs that a model needs for its classes or targets.
struct OutputUnits: Sendable, Equatable {
    /// The number of outputs.
    let count: Int
    /// The number of outputs of each target.
    let targets: [String: Int]
    /// What the outputs are, for messages.
    let text: String

    /// Creates a number of outputs without names.
    init(count: Int) { (self.count, targets, text) = (count, [:], "\(count) outputs") }

    /// One logit for each class.
    init(classes: [String]) {
        count = classes.count
        targets = [:]
        text = "one logit per class: \(classes.joined(separator: ", "))"
    }

    /// The outputs of targets.
    init(_ outputs: [TargetOutput]) {
        count = outputs.outputCount
        targets = Dictionary(outputs.map { ($0.name, $0.count) }, uniquingKeysWith: { first, _ in first })
        text =
            "the outputs of the targets: "
            + outputs.map { "\($0.name) (\($0.count))" }.joined(separator: ", ")
    }
}
