import Configuration
import Foundation

/// The one-cycle policy (Smith and Topin 2018) in PyTorch's two-phase form, with the names of `OneCycleLR`. Only the learning rate changes, as with
/// PyTorch's `cycle_momentum=False`.
public struct OneCycleSchedule: ScheduleSpec {
    public var total: Int?
    public var pctStart = 0.3
    public var divFactor = 25.0
    public var finalDivFactor = 1e4
    public var annealStrategy = Annealing.cosine
    public var per = SchedulePeriod.step

    /// The shape of the curve between two learning rates.
    public enum Annealing: String, CaseIterable, ConfigurationValue {
        case cosine, linear
    }

    public static let type = "one_cycle"
    public static let summary =
        "One-cycle policy: increases the learning rate to the optimizer's, then decreases it far below the initial one."
    public static let fields: [Field<Self>] = [
        .init(
            "total", \.total, "Number of periods of the cycle; `null` uses the whole training.", .atLeast(2)),
        .init(
            "pct_start", \.pctStart, "Fraction of the cycle in which the learning rate increases.", .above(0),
            .below(1)),
        .init(
            "div_factor", \.divFactor,
            "Divisor of the optimizer's learning rate that gives the initial one.", .atLeast(1)
        ),
        .init(
            "final_div_factor", \.finalDivFactor,
            "Divisor of the initial learning rate that gives the final one.",
            .atLeast(1)),
        .init("anneal_strategy", \.annealStrategy, "Shape of the curve between two learning rates."),
        .init("per", \.per, "Whether a period is an epoch or an optimizer step."),
    ]

    public init() {}
    /// Creates a schedule that counts optimizer steps (PyTorch's OneCycleLR); nil uses the whole training.
    public init(total: Int?, pctStart: Double = 0.3) {
        self.total = total
        self.pctStart = pctStart
    }

    public func rate(_ base: Double, _ state: ScheduleState, total whole: Int) -> Double {
        let last = Double((total ?? whole) - 1)
        let top = pctStart * Double(total ?? whole) - 1
        let first = base / divFactor, end = first / finalDivFactor
        let period = Double(state.period)
        if period >= last { return end }
        return period <= top && top > 0
            ? way(first, base, period / top) : way(base, end, (period - top) / (last - top))
    }

    private func way(_ from: Double, _ to: Double, _ share: Double) -> Double {
        annealStrategy == .linear ? from + (to - from) * share : to + (from - to) / 2 * (1 + cos(.pi * share))
    }
}
