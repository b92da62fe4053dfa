import Configuration
import Metrics

/// Reduces the learning rate when a metric stops improving, by the rules of Keras or PyTorch.
public struct PlateauSchedule: ScheduleSpec {
    public var monitor: String? { metric }
    public var metric = "validation_loss"
    public var mode: MetricMode?
    public var factor = 0.1
    public var patience = 10
    public var rule = Convention.keras
    public var threshold = 1e-4
    public var thresholdMode: ThresholdMode?
    public var cooldown = 0
    public var minLearningRate = 0.0
    public var per: SchedulePeriod { .epoch }

    /// The meaning of the threshold.
    public enum ThresholdMode: String, CaseIterable, ConfigurationValue {
        case absolute, relative
    }

    public static let type = "plateau"
    public static let summary = "Reduces the learning rate when a metric stops improving."
    public static let fields: [Field<Self>] = [
        .init("monitor", \.metric, "Metric to monitor after each epoch.", .notEmpty),
        .init(
            "mode", \.mode, "Whether lower or higher is better; `null` infers it from the name of the metric."
        ),
        .init("factor", \.factor, "Factor by which the learning rate is multiplied.", .above(0), .below(1)),
        .init("patience", \.patience, "Number of epochs without improvement to wait.", .atLeast(0)),
        .init(
            "rule", \.rule,
            "Whether to reduce the learning rate after `patience` epochs without improvement (Keras) or one later "
                + "(PyTorch)."),
        .init("threshold", \.threshold, "Minimum change that counts as an improvement.", .atLeast(0)),
        .init(
            "threshold_mode", \.thresholdMode,
            "Whether the threshold is absolute or relative to the best value; `null` is absolute for Keras, relative for PyTorch."
        ),
        .init("cooldown", \.cooldown, "Number of epochs to wait after a reduction.", .atLeast(0)),
        .init("min_learning_rate", \.minLearningRate, "Lower bound of the learning rate.", .atLeast(0)),
    ]

    public init() {}
    /// Creates a schedule that monitors "validation_loss" with a threshold of 1e-4.
    public init(factor: Double, patience: Int, rule: Convention = .keras) {
        self.factor = factor
        self.patience = patience
        self.rule = rule
    }

    public func rate(_ base: Double, _ state: ScheduleState, total: Int) -> Double { state.reduced ?? base }

    public func observe(_ value: Double, base: Double, _ state: inout ScheduleState) {
        let isBetter = isBetter(value, than: state.best)
        let rate = state.reduced ?? base
        if isBetter {
            state.best = value
            state.waited = 0
        }
        switch rule {
        case .keras:
            if state.cooldown > 0 {
                state.cooldown -= 1
                state.waited = 0
            }
            if isBetter || state.cooldown > 0 { return }
            state.waited += 1
            guard state.waited >= patience, rate > minLearningRate else { return }
            state.reduced = max(rate * factor, minLearningRate)
        case .pytorch:
            if !isBetter { state.waited += 1 }
            if state.cooldown > 0 {
                state.cooldown -= 1
                state.waited = 0
            }
            guard state.waited > patience else { return }
            let lower = max(rate * factor, minLearningRate)
            // Negligible reductions are ignored, as in PyTorch.
            if rate - lower > 1e-8 { state.reduced = lower }
        }
        state.cooldown = cooldown
        state.waited = 0
    }

    private func isBetter(_ value: Double, than best: Double?) -> Bool {
        let direction = mode ?? MetricMode(of: metric)
        guard let best else { return value.isFinite }
        let margin =
            switch thresholdMode ?? rule.pick(keras: .absolute, pytorch: .relative) {
            case .absolute: threshold
            case .relative: best * threshold
            }
        return direction == .min ? value < best - margin : value > best + margin
    }
}
