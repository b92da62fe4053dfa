import Configuration

/// The state of a schedule, which JSON stores exactly.
public struct ScheduleState: Options, Equatable {
    /// The number of completed periods.
    public var period = 0
    /// The learning rate after plateau reductions; nil before the first one.
    public var reduced: Double?
    /// The best value of the metric so far.
    public var best: Double?
    /// The number of periods since the best value.
    public var waited = 0
    /// The remaining periods of the cooldown.
    public var cooldown = 0

    public static let fields: [Field<Self>] = [
        .init("period", \.period, "Completed periods.", .required, .range(0...mostCounted)),
        .init("reduced", \.reduced, "Learning rate after plateau reductions."),
        .init("best", \.best, "Best value of the metric so far."),
        .init("waited", \.waited, "Periods since the best value.", .range(0...mostCounted)),
        .init("cooldown", \.cooldown, "Remaining periods of the cooldown.", .range(0...mostCounted)),
    ]

    public init() {}
}

/// An upper bound of all counts, far from overflow.
package let mostCounted = 1 << 53
