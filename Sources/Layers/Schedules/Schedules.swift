import Configuration
import Foundation

/// The same rate throughout.
public struct ConstantSchedule: ScheduleSpec {
    public var per = SchedulePeriod.epoch

    public static let type = "constant"
    public static let summary = "The same learning rate throughout."
    public static let fields: [Field<Self>] = []

    public init() {}
    public func rate(_ base: Double, _ state: ScheduleState, total: Int) -> Double { base }
}

/// The rate times `factor` after every `size` periods.
public struct StepSchedule: ScheduleSpec {
    public var size = 1
    public var factor = 0.1
    public var per = SchedulePeriod.epoch

    public static let type = "step"
    public static let summary = "The rate is multiplied by a factor at equal distances."
    public static let fields: [Field<Self>] = [
        .init("step_size", \.size, "Periods between two changes.", .required, .atLeast(1)),
        .init("factor", \.factor, "The rate is multiplied by it.", .above(0), .atMost(1e6)),
        .init("per", \.per, "What is counted."),
    ]

    public init() {}
    /// Counts epochs (PyTorch's StepLR).
    public init(size: Int, factor: Double = 0.1) {
        self.size = size
        self.factor = factor
    }

    public func rate(_ base: Double, _ state: ScheduleState, total: Int) -> Double {
        base * pow(factor, Double(state.period / size))
    }
}

/// The rate times `factor` at each milestone.
public struct MultiStepSchedule: ScheduleSpec {
    public var milestones: [Int] = []
    public var factor = 0.1
    public var per = SchedulePeriod.epoch

    public static let type = "multi_step"
    public static let summary = "The rate is multiplied by a factor at given places."
    public static let fields: [Field<Self>] = [
        .init(
            "milestones", \.milestones,
            "After how many periods the rate changes; one that stands twice counts twice.",
            .required, .notEmpty, .atLeast(1)),
        .init("factor", \.factor, "The rate is multiplied by it.", .above(0), .atMost(1e6)),
        .init("per", \.per, "What is counted."),
    ]

    public init() {}
    /// Counts epochs (PyTorch's MultiStepLR).
    public init(milestones: [Int], factor: Double = 0.1) {
        self.milestones = milestones
        self.factor = factor
    }

    public func rate(_ base: Double, _ state: ScheduleState, total: Int) -> Double {
        base * pow(factor, Double(milestones.count { $0 <= state.period }))
    }
}

/// The rate times `factor` after every period.
public struct ExponentialSchedule: ScheduleSpec {
    public var factor = 0.95
    public var per = SchedulePeriod.epoch

    public static let type = "exponential"
    public static let summary = "The rate is multiplied by a factor after every period."
    public static let fields: [Field<Self>] = [
        .init("factor", \.factor, "The rate is multiplied by it.", .required, .above(0), .atMost(1e6)),
        .init("per", \.per, "What is counted."),
    ]

    public init() {}
    /// Counts epochs (PyTorch's ExponentialLR).
    public init(factor: Double) { self.factor = factor }

    public func rate(_ base: Double, _ state: ScheduleState, total: Int) -> Double {
        base * pow(factor, Double(state.period))
    }
}

/// Up in a line, then down along half a cosine; from the top again where it restarts (Loshchilov and Hutter 2017).
public struct CosineSchedule: ScheduleSpec {
    public var total: Int?
    public var minimum = 0.0
    public var warmUp = 0
    public var warmUpFromZero = false
    public var restartAfter: Int?
    public var restartFactor = 1
    public var per = SchedulePeriod.epoch

    public static let type = "cosine"
    public static let summary = "Down along half a cosine, after a warm-up and with restarts where asked."
    public static let fields: [Field<Self>] = [
        .init(
            "total", \.total, "Periods until the minimum, warm-up included; null is the whole training.",
            .atLeast(1)),
        .init("min_learning_rate", \.minimum, "The rate at the end.", .atLeast(0)),
        .init("warmup", \.warmUp, "Periods in which the rate rises in a line.", .atLeast(0)),
        .init(
            "warmup_from_zero", \.warmUpFromZero,
            "Whether the first period has rate 0 rather than 1 / warm_up of the full one."),
        .init(
            "restart_after", \.restartAfter,
            "Periods of the first way down, after which it begins again; null is never.",
            .atLeast(1)),
        .init(
            "restart_factor", \.restartFactor, "How much longer each way down is than the last.", .atLeast(1)),
        .init("per", \.per, "What is counted."),
    ]

    public init() {}
    /// Counts epochs and never restarts; `total` includes the warm-up, nil is the whole training.
    public init(total: Int? = nil, minimum: Double = 0, warmUp: Int = 0) {
        self.total = total
        self.minimum = minimum
        self.warmUp = warmUp
    }

    public var complaints: [Complaint] {
        var found: [Complaint] = []
        if let total, warmUp >= total {
            found.append(Complaint("warmup", "has to be below total, which is \(total), found \(warmUp)"))
        }
        if total != nil, restartAfter != nil {
            found.append(Complaint("total", "is without effect beside \"restart_after\"; give one of both"))
        }
        if restartAfter == nil, restartFactor != 1 {
            found.append(
                Complaint("restart_factor", "is without effect without \"restart_after\"; give that, too"))
        }
        return found
    }

    /// The warm-up has to be shorter than the training.
    public func complaint(total: Int) -> Complaint? {
        warmUp < total
            ? nil
            : Complaint(
                "warmup", "has to be below the \(total) \(per.rawValue)s of training, found \(warmUp)")
    }

    public func rate(_ base: Double, _ state: ScheduleState, total whole: Int) -> Double {
        if state.period < warmUp {
            return base * Double(state.period + (warmUpFromZero ? 0 : 1)) / Double(warmUp)
        }
        var period = state.period - warmUp
        var length = (total ?? whole) - warmUp
        if let restartAfter {
            length = restartAfter
            if restartFactor == 1 { period %= length }
            while period >= length {
                period -= length
                let (longer, isOverflow) = length.multipliedReportingOverflow(by: restartFactor)
                length = isOverflow ? .max : longer
            }
        }
        let share = length > 0 ? min(1, Double(period) / Double(length)) : 1
        return minimum + (base - minimum) * (1 + cos(.pi * share)) / 2
    }
}

/// Up to the optimiser's rate and down far below where it began (Smith and Topin 2018), in PyTorch's form with two
/// phases. Only the rate moves, as with PyTorch's `cycle_momentum=False`.
public struct OneCycleSchedule: ScheduleSpec {
    public var total: Int?
    public var rise = 0.3
    public var startDivisor = 25.0
    public var endDivisor = 1e4
    public var line = Line.cosine
    public var per = SchedulePeriod.step

    /// The way between two rates.
    public enum Line: String, CaseIterable, ConfigurationValue {
        case cosine, linear
    }

    public static let type = "one_cycle"
    public static let summary = "Once up to the optimizer's rate and down far below the first one."
    public static let fields: [Field<Self>] = [
        .init("total", \.total, "Periods of the cycle; null is the whole training.", .atLeast(2)),
        .init("rise", \.rise, "Part of the cycle that goes up.", .above(0), .below(1)),
        .init(
            "start_divisor", \.startDivisor, "The first rate is the optimizer's divided by this.", .atLeast(1)
        ),
        .init("end_divisor", \.endDivisor, "The last rate is the first divided by this.", .atLeast(1)),
        .init("line", \.line, "The way between two rates."),
        .init("per", \.per, "What is counted."),
    ]

    public init() {}
    /// Counts the optimiser's steps; nil is the whole training (PyTorch's OneCycleLR).
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

/// A rate that rises in a line, and then what another schedule says.
public struct WarmUpSchedule: ScheduleSpec {
    public var periods = 1
    public var fromZero = false
    public var then = AnySchedule(ConstantSchedule())
    /// What is counted where that is given.
    var givenPer: SchedulePeriod?

    public static let type = "warmup"
    public static let summary = "A rate that rises in a line, and then another schedule."
    public static var fields: [Field<Self>] {
        [
            .init("periods", \.periods, "Periods of the rise.", .required, .atLeast(1)),
            .init(
                "from_zero", \.fromZero,
                "Whether the first period has rate 0 rather than 1 / periods of the full one."),
            .init("then", \.then, "The schedule afterwards, which begins to count there."),
            .init("per", \.givenPer, "What is counted; the same as afterwards where it is null."),
        ]
    }

    public init() {}
    /// Counts what `then` counts, which begins after the rise.
    public init(_ periods: Int, then: any ScheduleSpec) {
        self.periods = periods
        self.then = AnySchedule(then)
    }

    public var per: SchedulePeriod { givenPer ?? then.value.per }

    public var complaints: [Complaint] {
        if then.value is ConstantSchedule || then.value.per == per { return [] }
        return [
            Complaint(
                "per",
                "is \"\(per.rawValue)\", but the schedule afterwards counts by \"\(then.value.per.rawValue)\"; both "
                    + "have to be the same")
        ]
    }

    /// The rise has to be shorter than the training.
    public func complaint(total: Int) -> Complaint? {
        periods < total
            ? nil
            : Complaint(
                "periods", "has to be below the \(total) \(per.rawValue)s of training, found \(periods)")
    }

    public var monitor: String? { then.value.monitor }

    public func rate(_ base: Double, _ state: ScheduleState, total: Int) -> Double {
        if state.period < periods {
            return base * Double(state.period + (fromZero ? 0 : 1)) / Double(periods)
        }
        var inner = state
        inner.period -= periods
        return then.value.rate(base, inner, total: max(total - periods, 1))
    }

    /// Figures from the rise do not count.
    public func observe(_ figure: Double, base: Double, _ state: inout ScheduleState) {
        guard state.period >= periods else { return }
        var inner = state
        inner.period -= periods
        then.value.observe(figure, base: base, &inner)
        inner.period = state.period
        state = inner
    }
}
