import Autograd
import Layers

/// Some examples at once.
public struct Batch: Sendable {
    /// [batch, ...], with the valid frames of each where the features are sequences.
    public var inputs: Signal
    /// The class or the values of each example.
    public var targets: Targets
    /// What the examples are called, for messages about them.
    public var ids: [String]

    /// Examples with their targets; as many of each.
    public init(inputs: Signal, targets: Targets, ids: [String]) {
        self.inputs = inputs
        self.targets = targets
        self.ids = ids
    }

    /// Features of one shape side by side, with the class of each.
    public init(_ features: [Features], labels: [Int], ids: [String]) {
        let shape = features.first?.shape ?? [0]
        let size = shape.reduce(1, *)
        let tensor = Tensor(shape: [features.count] + shape) { p in
            for (row, features) in features.enumerated() {
                let target = p + row * size
                features.values.withUnsafeBufferPointer { values in
                    for place in 0..<size { target[place] = Real(values[place]) }
                }
            }
        }
        let lengths = shape.count == 2 ? features.map { $0.length ?? shape[0] } : nil
        self.init(inputs: Signal(tensor, lengths: lengths), targets: .classes(Indices(labels)), ids: ids)
    }
}

/// Where batches to train on come from. The same epoch and place always give the same batch.
public protocol TrainingBatches: AnyObject {
    /// How many batches an epoch has.
    var count: Int { get }
    /// A batch of an epoch, both from 0. They are asked for in order, beginning anywhere after a resume.
    func batch(epoch: Int, index: Int) throws -> Batch
}

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
