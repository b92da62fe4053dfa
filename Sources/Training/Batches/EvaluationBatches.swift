/// Examples that are looked at without being trained on, always in the same order.
public protocol EvaluationBatches: AnyObject {
    /// How many batches there are.
    var count: Int { get }
    /// In how many forms the examples are looked at; 1 where nothing else is said.
    var views: Int { get }
    /// A batch by its number, from 0, in one of its forms, from 0: the examples themselves. The last batch may be smaller.
    func batch(_ index: Int, view: Int) throws -> Batch
}

extension EvaluationBatches {
    /// The examples themselves alone.
    public var views: Int { 1 }
}
