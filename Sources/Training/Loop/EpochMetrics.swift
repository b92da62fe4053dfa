import Configuration

/// The metrics of one epoch, in the order in which they are logged. They include no timings, so equal runs produce equal metrics.
public struct EpochMetrics: Sendable, Equatable {
    /// The epoch, counted from 1.
    public var epoch: Int
    /// Pairs of a name, such as `train_loss` or `validation_accuracy`, and its value.
    public var values: [(name: String, value: Double)]

    /// Creates the metrics of an epoch.
    public init(epoch: Int, values: [(name: String, value: Double)]) {
        self.epoch = epoch
        self.values = values
    }

    /// The value of a metric, or nil if the epoch has no metric of that name.
    public subscript(name: String) -> Double? { values.first { $0.name == name }?.value }

    /// Compares names and values in order; NaN equals nothing.
    public static func == (a: EpochMetrics, b: EpochMetrics) -> Bool {
        a.epoch == b.epoch
            && a.values.elementsEqual(b.values) { $0.name == $1.name && $0.value == $1.value }
    }
}
