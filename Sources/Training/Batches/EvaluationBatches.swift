/// A source of batches for evaluation, in a fixed order.
public protocol EvaluationBatches: AnyObject {
    /// The number of batches.
    var count: Int { get }
    /// The number of copies of each example for test-time augmentation, the original included (default: 1).
    var copies: Int { get }
    /// Returns a batch. Both indices start at 0; copy 0 is the original, and the last batch may be smaller.
    func batch(_ index: Int, copy: Int) throws -> Batch
}

extension EvaluationBatches {
    /// No test-time augmentation.
    public var copies: Int { 1 }
}
