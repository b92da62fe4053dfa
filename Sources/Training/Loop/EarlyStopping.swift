import Configuration
import Layers
import Metrics

/// Stops training when a monitored metric has stopped improving, with the semantics of Keras' `EarlyStopping`.
public struct EarlyStopping: Options {
    public var monitor = "validation_loss"
    public var mode: MetricMode?
    public var patience = 10
    public var minDelta = 0.0
    public var startFromEpoch = 0

    public static let summary = "Stops training when the monitored metric has stopped improving."
    public static let fields: [Field<Self>] = [
        .init("monitor", \.monitor, "The metric to monitor after each epoch.", .notEmpty),
        .init(
            "mode", \.mode,
            "Whether lower (`min`) or higher (`max`) is better; `null` infers it from the metric's name."),
        .init(
            "patience", \.patience, "Number of epochs without improvement after which training stops.",
            .atLeast(0)),
        .init(
            "min_delta", \.minDelta, "Minimum change in the metric that counts as an improvement.",
            .atLeast(0)),
        .init(
            "start_from_epoch", \.startFromEpoch, "Number of epochs to wait before monitoring starts.",
            .atLeast(0)),
    ]

    public init() {}
    /// Creates a rule that infers from the metric's name whether lower is better.
    public init(monitor: String, patience: Int) {
        self.monitor = monitor
        self.patience = patience
    }

    /// The state of early stopping. It survives a round trip through JSON exactly.
    public struct State: Options, Equatable {
        /// The number of completed epochs.
        public var epoch = 0
        public var best: Double?
        /// The epoch with the best value, counted from 0.
        public var bestEpoch = 0
        /// The number of epochs since the best one.
        public var waited = 0

        public static let fields: [Field<Self>] = [
            .init("epoch", \.epoch, "Number of completed epochs.", .required, .range(0...mostCounted)),
            .init("best", \.best, "Best value so far."),
            .init(
                "best_epoch", \.bestEpoch, "Epoch with the best value, counted from 0.",
                .range(0...mostCounted)),
            .init("waited", \.waited, "Number of epochs since the best one.", .range(0...mostCounted)),
        ]

        public init() {}
    }

    /// The decision after an epoch.
    public enum Verdict: Sendable {
        /// The best epoch so far.
        case best
        case `continue`
        case stop
    }

    /// Records the value of the epoch that has just ended and decides whether to continue. NaN never counts as an improvement.
    public func observe(_ value: Double, _ state: inout State) -> Verdict {
        let epoch = state.epoch
        state.epoch += 1
        if epoch < startFromEpoch { return .continue }
        state.waited += 1
        if isBetter(value, than: state.best) {
            state.best = value
            state.bestEpoch = epoch
            state.waited = 0
            return .best
        }
        return state.waited >= patience && epoch > 0 ? .stop : .continue
    }

    private func isBetter(_ value: Double, than best: Double?) -> Bool {
        guard let best else { return value.isFinite }
        return (mode ?? MetricMode(of: monitor)) == .min
            ? value < best - minDelta : value > best + minDelta
    }
}
