import Configuration
import Foundation

/// Cosine annealing with optional linear warmup and warm restarts (Loshchilov and Hutter 2017).
public struct CosineSchedule: ScheduleSpec {
    public var total: Int?
    public var minLearningRate = 0.0
    public var warmUp = 0
    public var warmUpFromZero = false
    public var restartAfter: Int?
    public var restartFactor = 1
    public var per = SchedulePeriod.epoch

    public static let type = "cosine"
    public static let summary = "Cosine annealing with optional linear warmup and warm restarts."
    public static let fields: [Field<Self>] = [
        .init(
            "total", \.total,
            "Number of periods until the minimum, including warmup; `null` uses the whole training.",
            .atLeast(1)),
        .init("min_learning_rate", \.minLearningRate, "Final learning rate.", .atLeast(0)),
        .init("warmup", \.warmUp, "Number of periods of linear warmup.", .atLeast(0)),
        .init(
            "warmup_from_zero", \.warmUpFromZero,
            "Whether warmup starts at 0 instead of 1 / warmup of the full learning rate."),
        .init(
            "restart_after", \.restartAfter,
            "Number of periods of the first cycle; `null` disables restarts.",
            .atLeast(1)),
        .init(
            "restart_factor", \.restartFactor, "Ratio of the lengths of successive cycles.", .atLeast(1)),
        .init("per", \.per, "Whether a period is an epoch or an optimizer step."),
    ]

    public init() {}
    /// Creates a schedule that counts epochs, without restarts. `total` includes the warmup; nil uses the whole training.
    public init(total: Int? = nil, minLearningRate: Double = 0, warmUp: Int = 0) {
        self.total = total
        self.minLearningRate = minLearningRate
        self.warmUp = warmUp
    }

    public var validationIssues: [ValidationIssue] {
        var found: [ValidationIssue] = []
        if let total, warmUp >= total {
            found.append(
                ValidationIssue("warmup", "must be below \"total\", which is \(total), found \(warmUp)"))
        }
        if total != nil, restartAfter != nil {
            found.append(
                ValidationIssue("total", "has no effect together with \"restart_after\"; remove one of them"))
        }
        if restartAfter == nil, restartFactor != 1 {
            found.append(
                ValidationIssue("restart_factor", "has no effect without \"restart_after\"; set that as well")
            )
        }
        return found
    }

    /// Requires the warmup to be shorter than the training.
    public func complaint(total: Int) -> ValidationIssue? {
        warmUp < total
            ? nil
            : ValidationIssue(
                "warmup", "must be below the \(total) \(per.rawValue)s of training, found \(warmUp)")
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
        return minLearningRate + (base - minLearningRate) * (1 + cos(.pi * share)) / 2
    }
}
