import Configuration
import Foundation

/// The one-cycle policy (Smith and Topin 2018) in PyTorch's two-phase form. Only the learning rate changes, as with
/// PyTorch's `cycle_momentum=False`.
public struct OneCycleSchedule: ScheduleSpec {
    public var total: Int?
    public var rise = 0.3
    public var startDivisor = 25.0
    public var endDivisor = 1e4
    public var line = Line.cosine
    public var per = SchedulePeriod.step

    /// The shape of the curve between two learning rates.
    public enum Line: String, CaseIterable, ConfigurationValue {
        case cosine, linear
    }

    public static let type = "one_cycle"
    public static let summary =
        "One-cycle policy: increases the learning rate to the optimizer's, then decreases it far below the initial one."
    public static let fields: [Field<Self>] = [
        .init(
            "total", \.total, "Number of periods of the cycle; `null` uses the whole training.", .atLeast(2)),
        .init(
            "rise", \.rise, "Fraction of the cycle in which the learning rate increases.", .above(0),
            .below(1)),
        .init(
            "start_divisor", \.startDivisor,
            "Divisor of the optimizer's learning rate that gives the initial one.", .atLeast(1)
        ),
        .init(
            "end_divisor", \.endDivisor, "Divisor of the initial learning rate that gives the final one.",
            .atLeast(1)),
        .init("line", \.line, "Shape of the curve between two learning rates."),
        .init("per", \.per, "Whether a period is an epoch or an optimizer step."),
    ]

    public init() {}
    /// Creates a schedule that counts optimizer steps (PyTorch's OneCycleLR); nil uses the whole training.
    public init(total: Int?, rise: Double = 0.3) {
        self.total = total
        self.rise = rise
    }

    public func rate(_ base: Double, _ state: ScheduleState, total whole: Int) -> Double {
        let last = Double((total ?? whole) - 1)
        let top = rise * Double(total ?? whole) - 1
        let first = base / startDivisor, end = first / endDivisor
        let period = Double(state.period)
        if period >= last { return end }
        return period <= top && top > 0
            ? way(first, base, period / top) : way(base, end, (period - top) / (last - top))
    }

    private func way(_ from: Double, _ to: Double, _ share: Double) -> Double {
        line == .linear ? from + (to - from) * share : to + (from - to) / 2 * (1 + cos(.pi * share))
    }
}
