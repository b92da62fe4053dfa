import Autograd
import Foundation
import Layers

/// Examples whose features are ready: in memory as one block, put together to batches on request.
struct ExampleTable: Sendable {
    /// The shape of one example.
    let shape: [Int]
    /// What the examples are called.
    private(set) var ids: [String] = []
    /// The class of each.
    private(set) var labels: [Int] = []
    /// The valid frames of each, where there is padding.
    private var lengths: [Int]?
    private var features: [[Float]] = []

    init(shape: [Int]) {
        self.shape = shape
        lengths = shape.count == 2 ? [] : nil
    }

    var count: Int { ids.count }

    mutating func append(_ id: String, label: Int, _ features: Features) {
        ids.append(id)
        labels.append(label)
        lengths?.append(features.length ?? features.shape[0])
        self.features.append(features.values)
    }

    /// The features of an example.
    func features(_ index: Int) -> Features {
        Features(shape: shape, values: features[index], length: lengths?[index])
    }

    /// A batch of examples by their numbers.
    func batch(_ numbers: [Int]) -> Batch {
        Batch(numbers.map(features), labels: numbers.map { labels[$0] }, ids: numbers.map { ids[$0] })
    }
}
