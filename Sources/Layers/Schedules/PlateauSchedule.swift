import Configuration

/// The rate times `factor` where a figure no longer gets better, as Keras or PyTorch count it.
public struct PlateauSchedule: ScheduleSpec {
    public var monitor: String? { figure }
    public var figure = "validation_loss"
    public var mode: FigureMode?
    public var factor = 0.1
    public var patience = 10
    public var rule = Convention.keras
    public var threshold = 1e-4
    public var thresholdMode: ThresholdMode?
    public var cooldown = 0
    public var minimum = 0.0
    public var per: SchedulePeriod { .epoch }

    /// What a figure has to be better by.
    public enum ThresholdMode: String, CaseIterable, ConfigurationValue {
        case absolute, relative
    }

    public static let type = "plateau"
    public static let summary = "The rate is multiplied by a factor where a figure no longer gets better."
    public static let fields: [Field<Self>] = [
        .init("monitor", \.figure, "The figure that is watched, after every epoch.", .notEmpty),
        .init("mode", \.mode, "Whether a lower or a higher figure is better; null goes by its name."),
        .init("factor", \.factor, "The rate is multiplied by it.", .above(0), .below(1)),
        .init("patience", \.patience, "Epochs that may pass without a better figure.", .atLeast(0)),
        .init(
            "rule", \.rule,
            "Whether the rate falls with epoch number `patience` without a better figure (Keras) or with the next "
                + "(PyTorch)."),
        .init("threshold", \.threshold, "How much better a figure has to be to count.", .atLeast(0)),
        .init(
            "threshold_mode", \.thresholdMode,
            "Whether that is a difference or a part of the best figure; null is Keras' absolute or PyTorch's relative."
        ),
        .init("cooldown", \.cooldown, "Epochs after a change in which figures do not count.", .atLeast(0)),
        .init("min_learning_rate", \.minimum, "The rate never falls below this.", .atLeast(0)),
    ]

    public init() {}
    /// Watches "validation_loss"; the threshold is 1e-4, absolute by Keras' rule and relative by PyTorch's.
    public init(factor: Double, patience: Int, rule: Convention = .keras) {
        self.factor = factor
        self.patience = patience
        self.rule = rule
    }

    public func rate(_ base: Double, _ state: ScheduleState, total: Int) -> Double { state.reduced ?? base }

    public func observe(_ figure: Double, base: Double, _ state: inout ScheduleState) {
        let isBetter = isBetter(figure, than: state.best)
        let rate = state.reduced ?? base
        if isBetter {
            state.best = figure
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
            guard state.waited >= patience, rate > minimum else { return }
            state.reduced = max(rate * factor, minimum)
        case .pytorch:
            if !isBetter { state.waited += 1 }
            if state.cooldown > 0 {
                state.cooldown -= 1
                state.waited = 0
            }
            guard state.waited > patience else { return }
            let lower = max(rate * factor, minimum)
            // Differences that mean nothing are left out, as PyTorch does.
            if rate - lower > 1e-8 { state.reduced = lower }
        }
        state.cooldown = cooldown
        state.waited = 0
    }

    private func isBetter(_ figure: Double, than best: Double?) -> Bool {
        let direction = mode ?? FigureMode(of: self.figure)
        guard let best else { return figure.isFinite }
        let margin =
            switch thresholdMode ?? rule.pick(keras: .absolute, pytorch: .relative) {
            case .absolute: threshold
            case .relative: best * threshold
            }
        return direction == .min ? figure < best - margin : figure > best + margin
    }
}

/// Whether a lower or a higher figure is better.
public enum FigureMode: String, CaseIterable, ConfigurationValue {
    case min, max

    /// What the name of a figure says: losses, errors, penalties and norms should be low, all else high.
    public init(of figure: String) {
        let low = ["loss", "objective", "penalty", "error", "eer", "ece", "brier", "norm"]
        self = low.contains { figure.hasSuffix($0) } ? .min : .max
    }
}
