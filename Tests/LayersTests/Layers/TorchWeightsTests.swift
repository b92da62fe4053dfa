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
             {"type": "\(kind)", "units": 5, "num_layers": 2, "bidirectional": true}, {"type": "layer_norm"},
             {"type": "dense", "units": 2}]
            """
        #expect(try check(text, fixture(kind), relative: 1e-5) == nil)
    }

    @Test func bottlenecks() throws {
        let text = """
            [{"type": "mbconv", "filters": 16, "kernel_size": 5, "stride": 2},
             {"type": "mbconv", "filters": 16, "expansion": 2}]
            """
        #expect(try check(text, fixture("mbconv"), relative: 1e-5) == nil)
    }

    @Test func attentionAndTransformers() throws {
        let text = """
            [{"type": "multi_head_attention", "num_heads": 2},
             {"type": "transformer", "num_heads": 3, "feedforward_units": 9, "activation": "relu"},
             {"type": "transformer", "num_heads": 2, "feedforward_units": 24, "norm_first": false}]
            """
        #expect(try check(text, fixture("attention"), relative: 1e-5) == nil)
    }

    @Test func wordsAndSimpleRecurrence() throws {
        let text = """
            [{"type": "embedding", "vocabulary_size": 9, "units": 4},
             {"type": "rnn", "units": 3, "num_layers": 2, "bidirectional": true},
             {"type": "rnn", "units": 5, "activation": "relu"}]
            """
        #expect(try check(text, fixture("words"), relative: 1e-5) == nil)
    }

    @Test func aSingleLayer() throws {
        let model = try Model(
            text: #"{"type": "dense", "units": 2}"#, input: [3], generator: RandomGenerator(seed: 1))
        let weight = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
        let file = try SafeTensors(
            bytes: SafeTensors.encode([("weight", weight), ("bias", Tensor([10, 20]))]))
        try model.loadTorchWeights(file, file: "w")
        #expect(model(.ones([1, 3])).array == [16, 35])
    }

    /// Three of our parameters are made of one of PyTorch's, which is named once.
    @Test func packedWeightsThatDoNotFit() throws {
        let model = try Model(
            text: #"{"type": "multi_head_attention", "num_heads": 2}"#, input: [3, 4],
            generator: RandomGenerator(seed: 1))
        let file = try SafeTensors(
            bytes: SafeTensors.encode([
                ("in_proj_bias", .zeros([11])), ("out_proj.weight", .zeros([4, 4])),
                ("query.weight", .zeros([4, 4])),
            ]))
        let expected = """
            w: the weights do not fit the model:
              in_proj_weight: missing
              out_proj.bias: missing
              query.weight: not in the model
              in_proj_bias: found shape [11], expected [12]
            """
        do {
            try model.loadTorchWeights(file, file: "w")
            Issue.record("weights that do not fit were taken")
        } catch let error as WeightsError { #expect(error.description == expected) }
    }

    /// Fixtures/make_torch.py writes the file, which is too large to keep.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["EFFICIENTNET"] != nil))
    func efficientNet() throws {
        let path = try #require(ProcessInfo.processInfo.environment["EFFICIENTNET"])
        let text = #"{"type": "efficientnet", "variant": "b3", "classes": 8}"#
        #expect(try check(text, path, relative: 1e-3) == nil)
    }

    /// PyTorch's GRU has one of the two equations; its weights would fit the other without being right.
    @Test func theOtherGRUIsRefused() throws {
        let text =
            #"{"type": "sequential", "layers": [{"type": "dense", "units": 4}, {"type": "gru", "units": 3, "reset_after": false}]}"#
        let model = try Model(text: text, input: [5, 4], generator: RandomGenerator(seed: 1))
        let before = model.parameters.map(\.value.array)
        let tensors: [(String, Tensor)] = [
            ("0.weight", .ones([4, 4])), ("0.bias", .ones([4])), ("1.weight_ih_l0", .ones([9, 4])),
            ("1.weight_hh_l0", .ones([9, 3])), ("1.bias_ih_l0", .ones([9])), ("1.bias_hh_l0", .ones([9])),
        ]
        let file = try SafeTensors(bytes: SafeTensors.encode(tensors))
        let error = #expect(throws: WeightsError.self) {
            try model.loadTorchWeights(file, file: "a.safetensors")
        }
        #expect(error?.unlike.map(\.name) == ["1"])
        #expect(error?.description.contains(#"set "reset_after": true"#) == true)
        #expect(model.parameters.map(\.value.array) == before)
    }

    @Test func everyNameThatDoesNotFitIsReported() throws {
        let tensors = try SafeTensors(contentsOf: fixture("gru"))
        let text = """
            [{"type": "conv1d", "filters": 5}, {"type": "batch_norm", "scale": false},
             {"type": "gru", "units": 5, "num_layers": 3}, {"type": "layer_norm"}, {"type": "dense", "units": 2}]
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
