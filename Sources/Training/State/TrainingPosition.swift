import Configuration
import Layers
import Metrics

/// Where a training stands, apart from its tensors. Written as JSON it is restored to the bit.
struct TrainingPosition: Options, Equatable {
    /// Epochs that are over.
    var epoch = 0
    /// Batches of the epoch under way that are done.
    var batch = 0
    var sums = EpochSums()
    var schedule = ScheduleState()
    var earlyStopping = EarlyStopping.State()
    var bestEpoch: Int?
    var bestFigure: Double?
    var isOver = false

    static let summary = "Where a training stands."
    static let fields: [Field<Self>] = [
        .init("epoch", \.epoch, "Epochs that are over.", .required, .atLeast(0)),
        .init("batch", \.batch, "Batches of the epoch under way that are done.", .required, .atLeast(0)),
        .init("sums", \.sums, "What the epoch under way has added up."),
        .init("schedule", \.schedule, "Where the schedule stands."),
        .init("early_stopping", \.earlyStopping, "Where early stopping stands."),
        .init("best_epoch", \.bestEpoch, "The epoch whose weights are the best, from 1."),
        .init("best_figure", \.bestFigure, "Its figure."),
        .init("is_over", \.isOver, "Whether training has ended."),
    ]
}

/// What an epoch adds up over its batches.
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
        .init("penalty", \.penalty, "What large weights cost, by batch."),
        .init("weight", \.weight, "What the sum of losses is divided by."),
        .init("right", \.right, "Examples that were classified right."),
        .init("examples", \.examples, "Examples seen."),
        .init("norm", \.norm, "Norms of the gradients."),
        .init("steps", \.steps, "Steps of the optimiser."),
    ]
}
