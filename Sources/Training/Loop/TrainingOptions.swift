import Configuration
import Layers

/// How a model is trained.
public struct TrainingOptions: Options {
    public var batch = 32
    public var epochs = 100
    public var accumulate = 1
    public var average: WeightAverage.Spec?
    public var mixup: Double?
    public var cutmix: Double?
    public var earlyStopping: EarlyStopping?
    public var selection = Selection()
    public var saveSeconds = 20.0

    public static let summary = "How a model is trained."
    public static let fields: [Field<Self>] = [
        .init("batch_size", \.batch, "Examples in a batch.", .range(1...1 << 20)),
        .init("epochs", \.epochs, "Passes over the training data, at most.", .range(1...1 << 30)),
        .init(
            "accumulation_steps", \.accumulate, "Batches whose gradients make one step.", .range(1...1 << 20)),
        .init("weight_average", \.average, "Evaluates a moving average of the weights; null does not."),
        .init(
            "mixup", \.mixup,
            "Mixes pairs of examples with a share drawn from Beta(a, a), a being this number; null does not.",
            .above(0)),
        .init(
            "cutmix", \.cutmix,
            "Puts a part of another example into each, a stretch of time or a rectangle of a picture, and mixes the targets by its size; the part is drawn from Beta(a, a). With mixup, too, each batch gets one of both by lot; null does not.",
            .above(0)),
        .init("early_stopping", \.earlyStopping, "When to end before the last epoch; null never does."),
        .init("selection", \.selection, "Which epoch's weights are tested and kept as the best."),
        .init(
            "save_every_seconds", \.saveSeconds,
            "The state is saved after so many seconds, so that a stopped run loses no more. No result depends on it.",
            .atLeast(0)),
    ]

    public init() {}
}

/// Which epoch's weights count.
public struct Selection: Options, Equatable {
    /// Which of them.
    public enum Rule: String, CaseIterable, ConfigurationValue {
        case best, last
    }

    public var weights = Rule.best
    public var monitor = "validation_loss"
    public var mode: FigureMode?

    public static let summary = "Which epoch's weights are tested and kept as the best."
    public static let fields: [Field<Self>] = [
        .init("weights", \.weights, "Those of the epoch with the best figure, or those of the last one."),
        .init("monitor", \.monitor, "The figure that tells which epoch is best.", .notEmpty),
        .init("mode", \.mode, "Whether a lower or a higher figure is better; null goes by its name."),
    ]

    public init() {}

    /// Whether a figure is better than the best so far.
    func isBetter(_ figure: Double, than best: Double?) -> Bool {
        guard let best else { return figure.isFinite }
        return (mode ?? FigureMode(of: monitor)) == .min ? figure < best : figure > best
    }
}
