import Configuration
import Layers
import Metrics

/// The options of training: the `training` section of an experiment.
public struct TrainingOptions: Options {
    public var batchSize = 32
    public var epochs = 100
    public var accumulationSteps = 1
    public var weightAverage: WeightAverage.Spec?
    public var mixup: Double?
    public var cutmix: Double?
    public var specmix: Double?
    public var coral: CoralOptions?
    public var earlyStopping: EarlyStopping?
    public var selection = Selection()
    public var saveEverySeconds = 20.0
    public var gradientCheckpointing: NamePatterns = []

    public static let summary =
        "Training: batch size, epochs, mixup, CutMix, SpecMix, early stopping and model selection."
    public static let fields: [Field<Self>] = [
        .init("batch_size", \.batchSize, "Number of examples per batch.", .range(1...1 << 20)),
        .init("epochs", \.epochs, "Maximum number of epochs.", .range(1...1 << 30)),
        .init(
            "accumulation_steps", \.accumulationSteps,
            "Number of batches whose gradients are accumulated for one optimizer step.", .range(1...1 << 20)),
        .init(
            "weight_average", \.weightAverage,
            "Exponential moving average of the weights, used for evaluation; `null` disables it."),
        .init(
            "mixup", \.mixup,
            "Alpha of mixup: pairs of examples are mixed with a weight drawn from Beta(alpha, alpha); `null` disables it.",
            .above(0)),
        .init(
            "cutmix", \.cutmix,
            "Alpha of CutMix: a span of time steps, or a rectangle of an image, is replaced by that of another example, and the targets are mixed in proportion. The relative size is drawn from Beta(alpha, alpha). If mixup is enabled as well, one of the two is chosen at random for each batch. `null` disables CutMix.",
            .above(0)),
        .init(
            "specmix", \.specmix,
            "Maximum relative width of the bands of SpecMix: one to three bands of time steps and one to three bands of channels are replaced by those of another example, and the targets are mixed in proportion. With mixup or CutMix, one of them is chosen at random for each batch; `null` disables it.",
            .above(0), .atMost(1)),
        .init(
            "coral", \.coral,
            "Alignment of domains, such as corpora: adds the Deep CORAL loss between the training clips of different domains to the loss; `null` disables it. It uses no clips of the validation or test set."
        ),
        .init(
            "early_stopping", \.earlyStopping,
            "Stops training when a metric no longer improves; `null` disables it."),
        .init("selection", \.selection, "Model selection: which epoch's weights are evaluated and saved."),
        .init(
            "save_every_seconds", \.saveEverySeconds,
            "Interval in seconds between checkpoints, from which an interrupted run resumes. It does not affect results.",
            .atLeast(0)),
        .init(
            "gradient_checkpointing", \.gradientCheckpointing,
            "Patterns of the names of layers whose intermediate results are recomputed in the backward pass instead of kept, such as `0.features.*.*`; * matches any characters. Saves memory, costs time, and does not affect results."
        ),
    ]

    public init() {}

    public var validationIssues: [ValidationIssue] {
        let mixes = [("mixup", mixup != nil), ("cutmix", cutmix != nil), ("specmix", specmix != nil)]
        guard coral != nil, let mix = mixes.first(where: \.1) else { return [] }
        return [
            ValidationIssue(
                "coral", "conflicts with \"\(mix.0)\", which mixes examples of different domains; remove one")
        ]
    }
}

/// Model selection: which epoch's weights are evaluated and saved.
public struct Selection: Options, Equatable {
    /// The rule that selects the epoch.
    public enum Rule: String, CaseIterable, ConfigurationValue {
        case best, last
    }

    public var weights = Rule.best
    public var monitor = "validation_loss"
    public var mode: MetricMode?

    public static let summary = "Model selection: which epoch's weights are evaluated and saved."
    public static let fields: [Field<Self>] = [
        .init(
            "weights", \.weights,
            "Weights to keep: those of the epoch with the best monitored metric (`best`), or those of the last epoch (`last`)."
        ),
        .init("monitor", \.monitor, "The metric that determines the best epoch.", .notEmpty),
        .init(
            "mode", \.mode,
            "Whether lower (`min`) or higher (`max`) is better; `null` infers it from the metric's name."),
    ]

    public init() {}

    /// Whether a value improves on the best so far.
    func isBetter(_ value: Double, than best: Double?) -> Bool {
        guard let best else { return value.isFinite }
        return (mode ?? MetricMode(of: monitor)) == .min ? value < best : value > best
    }
}
