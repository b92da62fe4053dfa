import Configuration
import Foundation

/// Multiplies the learning rate by a factor every `stepSize` periods.
public struct StepSchedule: ScheduleSpec {
    public var stepSize = 1
    public var factor = 0.1
    public var per = SchedulePeriod.epoch

    public static let type = "step"
    public static let summary = "Multiplies the learning rate by a factor at regular intervals."
    public static let fields: [Field<Self>] = [
        .init("step_size", \.stepSize, "Number of periods between changes.", .required, .atLeast(1)),
        .init(
            "factor", \.factor, "Factor by which the learning rate is multiplied.", .above(0), .atMost(1e6)),
        .init("per", \.per, "Whether a period is an epoch or an optimizer step."),
    ]

    public init() {}
    /// Creates a schedule that counts epochs (PyTorch's StepLR).
    public init(stepSize: Int, factor: Double = 0.1) {
        self.stepSize = stepSize
        self.factor = factor
    }

    public func rate(_ base: Double, _ state: ScheduleState, total: Int) -> Double {
        base * pow(factor, Double(state.period / stepSize))
    }
}
