/// A schedule together with its state in a training. `Optimizer.attach` creates one.
public struct Schedule: Sendable {
    /// The kind of schedule.
    public let spec: any ScheduleSpec
    /// The learning rate of the optimizer, from which all others are derived.
    public let base: Double
    /// The number of periods of the training.
    public let total: Int
    /// The state, for checkpoints.
    public var state = ScheduleState()

    /// Creates a schedule at the start of a training.
    ///
    /// - Parameters:
    ///   - base: The learning rate of the optimizer.
    ///   - total: The number of periods of `spec.per` in the training.
    public init(_ spec: any ScheduleSpec, base: Double, total: Int) {
        self.spec = spec
        self.base = base
        self.total = total
    }

    /// The learning rate of the current period.
    public var rate: Double { spec.rate(base, state, total: total) }

    /// Ends a period.
    ///
    /// - Parameter metric: The value of the metric `spec.monitor`; without it, a schedule that monitors a metric does not
    ///   change.
    public mutating func advance(metric: Double? = nil) {
        if let metric { spec.observe(metric, base: base, &state) }
        state.period += 1
    }
}
