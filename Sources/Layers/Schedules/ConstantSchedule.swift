import Configuration

/// A constant learning rate.
public struct ConstantSchedule: ScheduleSpec {
    public var per = SchedulePeriod.epoch

    public static let type = "constant"
    public static let summary = "Constant learning rate."
    public static let fields: [Field<Self>] = []

    public init() {}
    public func rate(_ base: Double, _ state: ScheduleState, total: Int) -> Double { base }
}
