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
        Self.batch(numbers.map(features), labels: numbers.map { labels[$0] }, ids: numbers.map { ids[$0] })
    }

    /// Features side by side; all of one shape.
    static func batch(_ features: [Features], labels: [Int], ids: [String]) -> Batch {
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
        return Batch(inputs: Signal(tensor, lengths: lengths), targets: .classes(Indices(labels)), ids: ids)
    }
}
