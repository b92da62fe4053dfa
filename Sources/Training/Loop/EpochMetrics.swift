import Configuration

/// The figures of one epoch, in the order in which they are written. They hold no clock: equal runs make equal figures.
public struct EpochMetrics: Sendable, Equatable {
    /// Epochs count from 1.
    public var epoch: Int
    /// Names such as `train_loss` and `validation_accuracy`, each with its figure.
    public var figures: [(name: String, value: Double)]

    /// The figures of an epoch.
    public init(epoch: Int, figures: [(name: String, value: Double)]) {
        self.epoch = epoch
        self.figures = figures
    }

    /// A figure by its name; nil where there is none.
    public subscript(name: String) -> Double? { figures.first { $0.name == name }?.value }

    /// Names and figures have to be equal in the same order; nan is equal to nothing.
    public static func == (a: EpochMetrics, b: EpochMetrics) -> Bool {
        a.epoch == b.epoch
            && a.figures.elementsEqual(b.figures) { $0.name == $1.name && $0.value == $1.value }
    }
}
