import Configuration

/// A learning-rate schedule and its options. It has no state; its memory of the past is a `ScheduleState`.
public protocol ScheduleSpec: TaggedOptions {
    /// Whether the schedule counts epochs or optimizer steps.
    var per: SchedulePeriod { get }
    /// Returns the learning rate in period `state.period`.
    ///
    /// - Parameters:
    ///   - base: The learning rate of the optimizer.
    ///   - total: The number of periods of the training.
    func rate(_ base: Double, _ state: ScheduleState, total: Int) -> Double
    /// Updates the state by the monitored metric at the end of a period. Does nothing by default.
    func observe(_ value: Double, base: Double, _ state: inout ScheduleState)
    /// The name of the monitored metric. Nil by default.
    var monitor: String? { get }
    /// Returns a complaint if the schedule does not fit a training of `total` periods. Nil by default.
    func complaint(total: Int) -> ValidationIssue?
}

/// The unit that a schedule counts.
public enum SchedulePeriod: String, CaseIterable, ConfigurationValue {
    case epoch, step
}

extension ScheduleSpec {
    public func observe(_ value: Double, base: Double, _ state: inout ScheduleState) {}
    /// Nil: monitors no metric.
    public var monitor: String? { nil }
    /// Nil: fits a training of any length.
    public func complaint(total: Int) -> ValidationIssue? { nil }
}

/// The registry of schedules that a config can name. Add custom ones with `ScheduleKinds.register`.
public enum ScheduleKinds: Registry {
    /// The common type of all entries.
    public typealias Value = any ScheduleSpec

    public static var noun: String { "schedule" }
    public static var builtIn: [any TaggedOptions.Type] {
        [
            ConstantSchedule.self, StepSchedule.self, MultiStepSchedule.self, ExponentialSchedule.self,
            CosineSchedule.self, OneCycleSchedule.self, PlateauSchedule.self, WarmUpSchedule.self,
        ]
    }
}

/// A schedule of any registered type, as an option.
public typealias AnySchedule = Tagged<ScheduleKinds>
