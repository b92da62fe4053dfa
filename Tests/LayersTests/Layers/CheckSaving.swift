import Autograd
import Foundation
import TestSupport
import Layers

extension LayerCheck {
    /// What one layer has learnt reaches another one through a file: names, bits and results.
    func saving() throws -> [String] {
        var problems: [String] = []
        let (saved, loaded) = (
            try spec.make(example.input, RandomGenerator(seed: 1)),
            try spec.make(example.input, RandomGenerator(seed: 2))
        )
        for layer in [saved, loaded] { layer.fitFeatureNorms([Signal(numbers(5, seed: 7))]) }
        // Statistics of a batch are in the buffers then, and no parameter is as it began.
        _ = saved(numbers(4, seed: 3), .training(RandomGenerator(seed: 4)))
        for (place, parameter) in saved.parameters.enumerated() {
            let noise = RandomGenerator(seed: 5).split("\(place)")
            parameter.value = parameter.value + .normal(parameter.shape, deviation: 0.1, using: noise)
        }
        let x = numbers(3, seed: 6)
        let y = saved(x)
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(
            "layer-\(UUID()).safetensors"
        ).path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try saved.saveWeights(to: path)
        let hasLearnt = !saved.parameters.isEmpty
        if hasLearnt, bits(loaded(x)) == bits(y) {
            problems.append("the same results before anything is loaded")
        }
        try loaded.loadWeights(from: path)
        let (old, new) = (saved.namedTensors, loaded.namedTensors)
        if old.map(\.0) != new.map(\.0) { problems.append("other names: \(old.map(\.0)), \(new.map(\.0))") }
        for ((name, a), (_, b)) in zip(old, new) where a.shape != b.shape || bits(a) != bits(b) {
            problems.append("\(name): other bits")
        }
        if bits(loaded(x)) != bits(y) { problems.append("other results") }
        return problems
    }

    /// A batch; the same numbers for the same seed.
    private func numbers(_ size: Int, seed: UInt64) -> Tensor {
        let (shape, generator) = ([size] + example.input, RandomGenerator(seed: seed))
        guard example.values == .wholeNumbers else { return .normal(shape, using: generator) }
        let whole = Tensor.uniform(shape, 0, 4.99, using: generator).array.map { $0.rounded(.down) }
        return Tensor(whole, shape: shape)
    }

    private func bits(_ tensor: Tensor) -> [UInt64] { tensor.array.map { Double($0).bitPattern } }
}
