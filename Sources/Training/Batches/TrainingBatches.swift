/// A source of training batches. The same epoch and index always give the same batch.
public protocol TrainingBatches: AnyObject {
    /// The number of batches per epoch.
    var count: Int { get }
    /// Returns a batch; both indices start at 0. The trainer requests batches in order, but may start in the middle of an epoch after a resume.
    func batch(epoch: Int, index: Int) throws -> Batch
}
