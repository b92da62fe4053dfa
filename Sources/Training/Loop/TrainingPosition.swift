import Configuration
import Layers
import Metrics

/// The progress of training apart from its tensors. It survives a round trip through JSON exactly.
struct TrainingPosition: Options, Equatable {
    /// The number of completed epochs.
    var epoch = 0
    /// The number of completed batches in the current epoch.
    var batch = 0
    var sums = EpochSums()
    var schedule = ScheduleState()
    var earlyStopping = EarlyStopping.State()
    var bestEpoch: Int?
    var bestMetric: Double?
    var isOver = false

    static let summary = "Progress of training."
    static let fields: [Field<Self>] = [
        .init("epoch", \.epoch, "Number of completed epochs.", .required, .atLeast(0)),
        .init("batch", \.batch, "Number of completed batches in the current epoch.", .required, .atLeast(0)),
        .init("sums", \.sums, "Sums over the batches of the current epoch."),
        .init("schedule", \.schedule, "State of the learning-rate schedule."),
        .init("early_stopping", \.earlyStopping, "State of early stopping."),
        .init("best_epoch", \.bestEpoch, "Epoch with the best weights, counted from 1."),
        .init("best_metric", \.bestMetric, "Monitored metric of the best epoch."),
        .init("is_over", \.isOver, "Whether training has ended."),
    ]
}

/// Sums over the batches of an epoch.
struct EpochSums: Options, Equatable {
    var loss = 0.0
    var penalty = 0.0
    var weight = 0.0
    var right = 0
    var examples = 0
    var norm = 0.0
    var steps = 0

    static let fields: [Field<Self>] = [
        .init("loss", \.loss, "Loss times weight."),
        .init("penalty", \.penalty, "Weight penalties, summed over batches."),
        .init("weight", \.weight, "Divisor of the sum of losses."),
        .init("right", \.right, "Number of correctly classified examples."),
        .init("examples", \.examples, "Number of examples."),
        .init("norm", \.norm, "Gradient norms."),
        .init("steps", \.steps, "Number of optimizer steps."),
    ]
}
