import Autograd
import Layers
import SpeechEmotion
import Training

extension Batch {
    /// Stacks features of one shape, with the class of each.
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
