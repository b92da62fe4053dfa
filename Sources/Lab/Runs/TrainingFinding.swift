import Configuration

/// Something that shows that a training failed.
public struct TrainingFinding: Options, Equatable {
    /// What was found.
    public enum Kind: String, CaseIterable, ConfigurationValue {
        /// The training loss ends far above that of guessing.
        case lossAboveGuessing = "loss_above_guessing"
        /// The training loss ends far above its minimum.
        case lossRose = "loss_rose"
        /// The training loss did not fall.
        case lossFlat = "loss_flat"
        /// The training accuracy is that of a constant prediction.
        case trainingAtChance = "training_accuracy_at_chance"
        /// The training examples are learned, and the recall of the measured ones is that of guessing.
        case measuredAtChance = "measured_uar_at_chance"
        /// One class is predicted for all measured examples.
        case oneClass = "one_class_predicted"
        /// Most units of a layer put out zero for every training example.
        case deadUnits = "dead_units"
    }

    public var kind = Kind.lossFlat
    public var message = ""

    public static let summary = "Something that shows that a training failed."
    public static let fields: [Field<Self>] = [
        .init("kind", \.kind, "What was found.", .required),
        .init("message", \.message, "A sentence with the numbers, and what to try.", .required),
    ]

    public init() {}
    /// A finding with its sentence.
    public init(_ kind: Kind, _ message: String) { (self.kind, self.message) = (kind, message) }
}
