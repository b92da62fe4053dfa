import Configuration

/// How the learning rate changes in training, as a config names it.
///
/// A value without state of its own: what it needs to know of the past is a `ScheduleState`.
public protocol ScheduleSpec: TaggedOptions {
    /// Whether it moves after every epoch or after every step of the optimiser.
    var per: SchedulePeriod { get }
    /// The rate in period `state.period`, where `base` is the optimiser's rate and `total` how many periods training
    /// has.
    func rate(_ base: Double, _ state: ScheduleState, total: Int) -> Double
    /// Takes in the figure that was measured in the period which ends; only schedules that follow a figure do.
    func observe(_ figure: Double, base: Double, _ state: inout ScheduleState)
    /// The name of the figure it follows, nil for none.
    var monitor: String? { get }
    /// What is wrong with it in a training of so many periods; nil where it fits.
    func complaint(total: Int) -> Complaint?
}

/// The unit in which a schedule counts.
public enum SchedulePeriod: String, CaseIterable, ConfigurationValue {
    case epoch, step
}

/// Where a schedule stands. Written as JSON it is restored exactly.
public struct ScheduleState: Options, Equatable {
    /// The periods that are over.
    public var period = 0
    /// The rate that a plateau has left, nil before the first reduction.
    public var reduced: Double?
    /// The best figure so far.
    public var best: Double?
    /// Periods since the best one.
    public var waited = 0
    /// Periods until figures count again.
    public var cooldown = 0

    public static let fields: [Field<Self>] = [
        .init("period", \.period, "Periods that are over.", .required, .range(0...mostCounted)),
        .init("reduced", \.reduced, "The rate that a plateau has left."),
        .init("best", \.best, "The best figure so far."),
        .init("waited", \.waited, "Periods since the best one.", .range(0...mostCounted)),
        .init("cooldown", \.cooldown, "Periods until figures count again.", .range(0...mostCounted)),
    ]

    public init() {}
}

/// More than anything is ever counted to, and far from overflow.
package let mostCounted = 1 << 53

extension ScheduleSpec {
    public func observe(_ figure: Double, base: Double, _ state: inout ScheduleState) {}
    /// Follows no figure.
    public var monitor: String? { nil }
    /// Fits a training of any length.
    public func complaint(total: Int) -> Complaint? { nil }
}

/// The schedules that a config may name.
public enum ScheduleKinds: Registry {
    /// What stands in a config is a schedule.
    public typealias Value = any ScheduleSpec

    public static var noun: String { "schedule" }
    public static var builtIn: [any TaggedOptions.Type] {
        [
            ConstantSchedule.self, StepSchedule.self, MultiStepSchedule.self, ExponentialSchedule.self,
            CosineSchedule.self, OneCycleSchedule.self, PlateauSchedule.self, WarmUpSchedule.self,
        ]
    }
}

/// A schedule of any kind inside a config.
public typealias AnySchedule = Tagged<ScheduleKinds>

/// A schedule on its way through a training.
public struct Schedule: Sendable {
    /// What says how the rate moves.
    public let spec: any ScheduleSpec
    /// The optimiser's rate, from which all others follow.
    public let base: Double
    /// How many periods the training has.
    public let total: Int
    /// Where it stands; put it into a checkpoint to go on from the same place.
    public var state = ScheduleState()

    /// - Parameters:
    ///   - base: the optimiser's rate.
    ///   - total: how many periods of `spec.per` the training has.
    public init(_ spec: any ScheduleSpec, base: Double, total: Int) {
        self.spec = spec
        self.base = base
        self.total = total
    }

    /// The rate of the period that begins or goes on.
    public var rate: Double { spec.rate(base, state, total: total) }

    /// Ends a period.
    ///
    /// - Parameter figure: what was measured of `spec.monitor`; without one, schedules that follow a figure stay as
    ///   they are.
    public mutating func advance(figure: Double? = nil) {
        if let figure { spec.observe(figure, base: base, &state) }
        state.period += 1
    }
}
