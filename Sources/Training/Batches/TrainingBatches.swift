/// Where batches to train on come from. The same epoch and place always give the same batch.
public protocol TrainingBatches: AnyObject {
    /// How many batches an epoch has.
    var count: Int { get }
    /// A batch of an epoch, both from 0. They are asked for in order, beginning anywhere after a resume.
    func batch(epoch: Int, index: Int) throws -> Batch
}
