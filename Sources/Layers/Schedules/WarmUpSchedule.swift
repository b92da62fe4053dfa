import Configuration

/// Linear warmup, followed by another schedule.
public struct WarmUpSchedule: ScheduleSpec {
    public var periods = 1
    public var fromZero = false
    public var then = AnySchedule(ConstantSchedule())
    /// The period that the config gives, if any.
    var givenPer: SchedulePeriod?

    public static let type = "warmup"
    public static let summary = "Linear warmup, followed by another schedule."
    public static var fields: [Field<Self>] {
        [
            .init("periods", \.periods, "Number of periods of warmup.", .required, .atLeast(1)),
            .init(
                "from_zero", \.fromZero,
                "Whether warmup starts at 0 instead of 1 / periods of the full learning rate."),
            .init("then", \.then, "Schedule after the warmup, which starts counting there."),
            .init(
                "per", \.givenPer,
                "Whether a period is an epoch or an optimizer step; `null` uses that of the schedule after the warmup."
            ),
        ]
    }

    public init() {}
    /// Creates a warmup that counts like `then`, which starts after it.
    public init(_ periods: Int, then: any ScheduleSpec) {
        self.periods = periods
        self.then = AnySchedule(then)
    }

    public var per: SchedulePeriod { givenPer ?? then.value.per }

    public var validationIssues: [ValidationIssue] {
        if then.value is ConstantSchedule || then.value.per == per { return [] }
        return [
            ValidationIssue(
                "per",
                "is \"\(per.rawValue)\", but the schedule after the warmup counts by \"\(then.value.per.rawValue)\"; both "
                    + "must be equal")
        ]
    }

    /// Requires the warmup to be shorter than the training.
    public func complaint(total: Int) -> ValidationIssue? {
        periods < total
            ? nil
            : ValidationIssue(
                "periods", "must be below the \(total) \(per.rawValue)s of training, found \(periods)")
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

    /// Ignores metrics during the warmup.
    public func observe(_ value: Double, base: Double, _ state: inout ScheduleState) {
        guard state.period >= periods else { return }
        var inner = state
        inner.period -= periods
        then.value.observe(value, base: base, &inner)
        inner.period = state.period
        state = inner
    }
}
