import Autograd
import Configuration
import Foundation
import Layers
import Testing

@Suite struct WeightsTests {
    private let text = """
        [{"type": "feature_norm"}, {"type": "conv1d", "filters": 3}, {"type": "batch_norm"},
         {"type": "gru", "units": 4}, {"type": "attention"}]
        """

    private func model(_ seed: UInt64) throws -> Model {
        try Model(text: text, input: [6, 2], generator: RandomGenerator(seed: seed))
    }

    @Test func loadingGivesTheSameBits() throws {
        let path = NSTemporaryDirectory() + "weights-\(UUID().uuidString).safetensors"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let (first, second) = (try model(1), try model(2))
        let x = Tensor.normal([3, 6, 2], mean: 1, deviation: 2, using: RandomGenerator(seed: 3))
        first.fitFeatureNorms([Signal(x)])
        second.fitFeatureNorms([Signal(x * 3)])
        _ = first(x, .training(RandomGenerator(seed: 4)))
        #expect(first(x).array != second(x).array)
        try first.saveWeights(to: path)
        try second.loadWeights(from: path)
        #expect(first(x).array == second(x).array)
        for ((name, a), (_, b)) in zip(first.namedTensors, second.namedTensors) {
            #expect(a.array == b.array, "\(name)")
        }
    }

    @Test func everyNameThatDoesNotFitIsReported() throws {
        let model = try model(1)
        var tensors = model.namedTensors.filter { $0.0 != "1.bias" && $0.0 != "2.running_mean" }
        tensors = tensors.map { $0.0 == "1.weight" ? ($0.0, .zeros([3, 2, 4])) : $0 }
        tensors.append(("9.weight", .zeros([1])))
        let file = try SafeTensors(bytes: SafeTensors.encode(tensors))
        let before = model.namedTensors.map { $0.1.array }
        let expected = """
            w.safetensors: the weights do not fit the model:
              1.bias: missing
              2.running_mean: missing
              9.weight: not in the model
              1.weight: found shape [3, 2, 4], expected [3, 2, 3]
            """
        do {
            try model.loadWeights(file, file: "w.safetensors")
            Issue.record("weights that do not fit were taken")
        } catch let error as WeightsError {
            #expect(error.description == expected)
        }
        #expect(model.namedTensors.map { $0.1.array } == before)
    }

    @Test func aPrefixLeavesTheRestAlone() throws {
        let (first, second) = (try model(1), try model(2))
        let tensors =
            first.namedTensors.map { ("model." + $0.0, $0.1) } + [("optimizer.step", Tensor.ones([1]))]
        try second.loadWeights(SafeTensors(bytes: SafeTensors.encode(tensors)), file: "w", prefix: "model.")
        #expect(first.namedTensors.map { $0.1.array } == second.namedTensors.map { $0.1.array })
    }
}
