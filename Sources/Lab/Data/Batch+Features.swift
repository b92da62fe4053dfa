import Autograd
import Layers
import SpeechEmotion
import Training

extension Batch {
    /// Stacks features of one shape, with the class of each, or with target values instead.
    public init(_ features: [Features], labels: [Int], targets rows: [[Real]]? = nil, ids: [String]) {
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
        let targets =
            rows.map { rows in
                Targets.values(Tensor(rows.flatMap { $0 }, shape: [rows.count, rows.first?.count ?? 0]))
            } ?? .classes(Indices(labels))
        self.init(inputs: Signal(tensor, lengths: lengths), targets: targets, ids: ids)
    }
}
