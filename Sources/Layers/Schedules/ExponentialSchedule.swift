import Configuration
import Foundation

/// Multiplies the learning rate by a factor after each period.
public struct ExponentialSchedule: ScheduleSpec {
    public var factor = 0.95
    public var per = SchedulePeriod.epoch

    public static let type = "exponential"
    public static let summary = "Multiplies the learning rate by a factor after each period."
    public static let fields: [Field<Self>] = [
        .init(
            "factor", \.factor, "Factor by which the learning rate is multiplied.", .required, .above(0),
            .atMost(1e6)),
        .init("per", \.per, "Whether a period is an epoch or an optimizer step."),
    ]

    public init() {}
    /// Creates a schedule that counts epochs (PyTorch's ExponentialLR).
    public init(factor: Double) { self.factor = factor }

    public func rate(_ base: Double, _ state: ScheduleState, total: Int) -> Double {
        base * pow(factor, Double(state.period))
    }
}
