import Autograd
import AutogradTesting
import Configuration
import Foundation
import Layers
import Testing

/// Models with PyTorch's weights give PyTorch's results.
@Suite struct TorchWeightsTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../Fixtures").standardized

    private func check(_ text: String, _ path: String, relative: Double) throws -> String? {
        let tensors = try SafeTensors(contentsOf: path)
        let (x, y) = (try tensors.tensor("x"), try tensors.tensor("y"))
        let model = try Model(
            text: text, input: Array(x.shape.dropFirst()), generator: RandomGenerator(seed: 1))
        try model.loadTorchWeights(tensors, file: path, prefix: "model.")
        let scale = Double(y.abs().max().item())
        return Closeness(relative: 0, absolute: relative * scale).difference(model(x), y)
    }

    private func fixture(_ name: String) -> String {
        Self.folder.appendingPathComponent("torch-\(name).safetensors").path
    }

    @Test(arguments: ["gru", "lstm"]) func sequences(_ kind: String) throws {
        let text = """
            [{"type": "conv1d", "filters": 4}, {"type": "batch_norm", "epsilon": 1e-5},
             {"type": "\(kind)", "units": 5, "layers": 2, "bidirectional": true}, {"type": "layer_norm"},
             {"type": "dense", "units": 2}]
            """
        #expect(try check(text, fixture(kind), relative: 1e-5) == nil)
    }

    @Test func bottlenecks() throws {
        let text = """
            [{"type": "mbconv", "filters": 16, "kernel": 5, "stride": 2},
             {"type": "mbconv", "filters": 16, "expansion": 2}]
            """
        #expect(try check(text, fixture("mbconv"), relative: 1e-5) == nil)
    }

    /// Fixtures/make_torch.py writes the file, which is too large to keep.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["EFFICIENTNET"] != nil))
    func efficientNet() throws {
        let path = try #require(ProcessInfo.processInfo.environment["EFFICIENTNET"])
        let text = #"{"type": "efficientnet", "variant": "b3", "classes": 8}"#
        #expect(try check(text, path, relative: 1e-3) == nil)
    }

    @Test func everyNameThatDoesNotFitIsReported() throws {
        let tensors = try SafeTensors(contentsOf: fixture("gru"))
        let text = """
            [{"type": "conv1d", "filters": 5}, {"type": "batch_norm", "scale": false},
             {"type": "gru", "units": 5, "layers": 3}, {"type": "layer_norm"}, {"type": "dense", "units": 2}]
            """
        let model = try Model(text: text, input: [7, 3], generator: RandomGenerator(seed: 1))
        do {
            try model.loadTorchWeights(tensors, file: "w", prefix: "model.")
            Issue.record("weights that do not fit were taken")
        } catch let error as WeightsError {
            #expect(error.missing.contains("model.2.weight_ih_l2"))
            #expect(error.unexpected.contains("model.1.weight"))
            #expect(
                error.misshapen.contains {
                    $0.name == "model.0.weight" && $0.found == [4, 3, 3] && $0.expected == [5, 3, 3]
                })
        }
    }
}
