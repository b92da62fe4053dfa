import Configuration
import Layers

/// Ends a training that no longer gets better, by Keras' rule.
public struct EarlyStopping: Options {
    public var monitor = "validation_loss"
    public var mode: FigureMode?
    public var patience = 10
    public var minimumDelta = 0.0
    public var startFrom = 0
    public var restoreBest = true

    public static let summary = "Ends a training that no longer gets better."
    public static let fields: [Field<Self>] = [
        .init("monitor", \.monitor, "The figure that is watched, after every epoch.", .notEmpty),
        .init("mode", \.mode, "Whether a lower or a higher figure is better; null goes by its name."),
        .init("patience", \.patience, "Epochs that may pass without a better figure.", .atLeast(0)),
        .init("min_delta", \.minimumDelta, "How much better a figure has to be to count.", .atLeast(0)),
        .init("start_from_epoch", \.startFrom, "Epochs at the start that do not count.", .atLeast(0)),
        .init(
            "restore_best_weights", \.restoreBest, "Whether training ends with the weights of the best epoch."
        ),
    ]

    public init() {}
    /// The figure's name says whether lower is better; the best epoch's weights are restored.
    public init(monitor: String, patience: Int) {
        self.monitor = monitor
        self.patience = patience
    }

    /// Where the rule stands. Written as JSON it is restored exactly.
    public struct State: Options, Equatable {
        /// Epochs that are over.
        public var epoch = 0
        public var best: Double?
        /// The epoch of the best figure, from 0.
        public var bestEpoch = 0
        /// Epochs since then.
        public var waited = 0

        public static let fields: [Field<Self>] = [
            .init("epoch", \.epoch, "Epochs that are over.", .required, .range(0...mostCounted)),
            .init("best", \.best, "The best figure so far."),
            .init(
                "best_epoch", \.bestEpoch, "The epoch of the best figure, from 0.", .range(0...mostCounted)),
            .init("waited", \.waited, "Epochs since the best one.", .range(0...mostCounted)),
        ]

        public init() {}
    }

    /// What an epoch's figure means.
    public enum Verdict: Sendable {
        /// The best epoch so far.
        case best
        case goOn
        case stop
    }

    /// Takes in the figure of the epoch that ends. A figure that is no number is no better than any.
    public func observe(_ figure: Double, _ state: inout State) -> Verdict {
        let epoch = state.epoch
        state.epoch += 1
        if epoch < startFrom { return .goOn }
        state.waited += 1
        if isBetter(figure, than: state.best) {
            state.best = figure
            state.bestEpoch = epoch
            state.waited = 0
            return .best
        }
        return state.waited >= patience && epoch > 0 ? .stop : .goOn
    }

    private func isBetter(_ figure: Double, than best: Double?) -> Bool {
        guard let best else { return figure.isFinite }
        return (mode ?? FigureMode(of: monitor)) == .min
            ? figure < best - minimumDelta : figure > best + minimumDelta
    }
}
