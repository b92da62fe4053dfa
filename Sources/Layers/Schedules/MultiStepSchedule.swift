import Configuration
import Foundation

/// Multiplies the learning rate by a factor at each milestone.
public struct MultiStepSchedule: ScheduleSpec {
    public var milestones: [Int] = []
    public var factor = 0.1
    public var per = SchedulePeriod.epoch

    public static let type = "multi_step"
    public static let summary = "Multiplies the learning rate by a factor at given milestones."
    public static let fields: [Field<Self>] = [
        .init(
            "milestones", \.milestones,
            "Periods after which the learning rate changes; a repeated milestone applies repeatedly.",
            .required, .notEmpty, .atLeast(1)),
        .init(
            "factor", \.factor, "Factor by which the learning rate is multiplied.", .above(0), .atMost(1e6)),
        .init("per", \.per, "Whether a period is an epoch or an optimizer step."),
    ]

    public init() {}
    /// Creates a schedule that counts epochs (PyTorch's MultiStepLR).
    public init(milestones: [Int], factor: Double = 0.1) {
        self.milestones = milestones
        self.factor = factor
    }

    public func rate(_ base: Double, _ state: ScheduleState, total: Int) -> Double {
        base * pow(factor, Double(milestones.count { $0 <= state.period }))
    }
}
