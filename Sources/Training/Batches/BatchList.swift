/// Batches in memory, for evaluation.
public final class BatchList: EvaluationBatches {
    private let batches: [Batch]

    /// Creates a source of the given batches.
    public init(_ batches: [Batch]) { self.batches = batches }

    /// The number of batches.
    public var count: Int { batches.count }

    /// Returns a batch; there is one view.
    public func batch(_ index: Int, copy: Int) -> Batch { batches[index] }
}
