import Configuration

/// A sign that training failed.
public struct TrainingFinding: Options, Equatable {
    /// The kind of failure.
    public enum Kind: String, CaseIterable, ConfigurationValue {
        /// The training loss ends far above that of a uniform prediction.
        case lossAboveGuessing = "loss_above_guessing"
        /// The training loss ends far above its minimum.
        case lossRose = "loss_rose"
        /// The training loss did not decrease.
        case lossFlat = "loss_flat"
        /// The training accuracy is no better than that of a constant prediction.
        case trainingAtChance = "training_accuracy_at_chance"
        /// The training examples are learned, but recall on the evaluated subset is at chance level.
        case measuredAtChance = "measured_uar_at_chance"
        /// The model predicts one class for all evaluated examples.
        case oneClass = "one_class_predicted"
        /// Most units of a layer are zero for every training example.
        case deadUnits = "dead_units"
    }

    public var kind = Kind.lossFlat
    public var message = ""

    public static let summary = "A sign of failed training."
    public static let fields: [Field<Self>] = [
        .init("kind", \.kind, "Kind of failure.", .required),
        .init("message", \.message, "Description with values, and what to try.", .required),
    ]

    public init() {}
    /// Creates a finding.
    public init(_ kind: Kind, _ message: String) { (self.kind, self.message) = (kind, message) }
}
