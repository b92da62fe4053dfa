import Autograd
import AutogradTesting
import Configuration
import Foundation
import Layers
import Testing

/// Models with Keras' weights give Keras' results.
@Suite struct KerasWeightsTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../Fixtures").standardized
    private static let path = folder.appendingPathComponent("keras.safetensors").path

    /// The models of Fixtures/make_keras.py, apart from layers that do nothing here.
    static let models: [(name: String, json: String)] = [
        (
            "dense",
            """
            [{"type": "feature_norm"},
             {"type": "dense", "units": 12, "activation": "relu"}, {"type": "batch_norm"}, {"type": "dropout", "rate": 0.3},
             {"type": "dense", "units": 8, "activation": "relu"}, {"type": "batch_norm"}, {"type": "dropout", "rate": 0.3},
             {"type": "dense", "units": 6, "activation": "relu"}, {"type": "batch_norm"}, {"type": "dropout", "rate": 0.2},
             {"type": "dense", "units": 5, "activation": "relu"}, {"type": "dropout", "rate": 0.2},
             {"type": "dense", "units": 4, "activation": "softmax"}]
            """
        ),
        (
            "sequence",
            """
            [{"type": "conv1d", "filters": 6, "groups": 2, "dilation": 2, "padding": "causal", "activation": "elu"},
             {"type": "conv1d", "filters": 12, "groups": 6},
             {"type": "separable_conv1d", "filters": 5, "kernel_size": 4, "stride": 2, "depth_multiplier": 2},
             {"type": "conv1d", "filters": 4, "kernel_size": 2, "padding": "valid", "bias": false},
             {"type": "group_norm", "groups": 2, "epsilon": 1e-3}, {"type": "global_pool", "kind": "max"}]
            """
        ),
        (
            "picture",
            """
            [{"type": "conv2d", "filters": 6, "kernel_size": [3, 5], "stride": 2, "groups": 2, "activation": "relu"},
             {"type": "conv2d", "filters": 12, "groups": 6}, {"type": "separable_conv2d", "filters": 5},
             {"type": "layer_norm", "epsilon": 1e-3}, {"type": "flatten"}, {"type": "dense", "units": 3}]
            """
        ),
        (
            "gru",
            """
            [{"type": "gru", "units": 5, "reset_after": false},
             {"type": "gru", "units": 4, "reset_after": false, "bidirectional": true},
             {"type": "gru", "units": 4, "output": "last"}]
            """
        ),
        (
            "lstm",
            #"[{"type": "lstm", "units": 4, "bidirectional": true}, {"type": "lstm", "units": 5}]"#
        ),
        (
            "words",
            """
            [{"type": "embedding", "vocabulary_size": 9, "units": 4, "mask_zero": true},
             {"type": "rnn", "units": 3, "bidirectional": true}, {"type": "rnn", "units": 5, "activation": "relu"},
             {"type": "lstm", "units": 4, "bidirectional": true, "output": "last"}, {"type": "dense", "units": 2}]
            """
        ),
        (
            "attention",
            """
            [{"type": "residual", "body": [{"type": "multi_head_attention", "num_heads": 2}]},
             {"type": "layer_norm", "epsilon": 1e-3}]
            """
        ),
    ]

    private static let recipe = """
        [{"type": "conv1d", "filters": 6, "kernel_size": 5, "activation": "relu", "l2": 0.01}, {"type": "batch_norm"},
         {"type": "pool1d", "size": 2}, {"type": "dropout", "rate": 0.5},
         {"type": "conv1d", "filters": 8, "kernel_size": 3, "activation": "relu", "l2": 0.01}, {"type": "batch_norm"},
         {"type": "pool1d", "size": 2}, {"type": "dropout", "rate": 0.5},
         {"type": "gru", "units": 7, "bidirectional": true}, {"type": "dropout", "rate": 0.5},
         {"type": "attention", "form": "reduced"}, {"type": "dense", "units": 6, "activation": "relu", "l2": 0.01},
         {"type": "dropout", "rate": 0.5}, {"type": "dense", "units": 3, "activation": "softmax"}]
        """

    private func model(_ json: String, _ x: Tensor) throws -> Model {
        try Model(text: json, input: Array(x.shape.dropFirst()), generator: RandomGenerator(seed: 1))
    }

    private func difference(_ found: Tensor, _ expected: Tensor) -> String? {
        let scale = Double(expected.abs().max().item())
        return Closeness(relative: 0, absolute: 1e-5 * min(scale, 1)).difference(found, expected)
    }

    @Test(arguments: models.map(\.name)) func sameResults(_ name: String) throws {
        let file = try SafeTensors(contentsOf: Self.path)
        let (x, y) = (try file.tensor("x/\(name)"), try file.tensor("y/\(name)"))
        let json = try #require(Self.models.first { $0.name == name }).json
        let model = try model(json, x)
        model.fitFeatureNorms([Signal(x)])
        #expect(difference(model(x), y) != nil)
        try model.loadKerasWeights(from: Self.path, prefix: name + "/")
        #expect(difference(model(x), y) == nil)
    }

    @Test func recurrentNetworkWithAnAttentionOfItsOwn() throws {
        let path = Self.folder.appendingPathComponent("keras-recipe.npz").path
        let file = try Npz(contentsOf: path)
        let (x, y) = (try file.tensor("x"), try file.tensor("y"))
        let model = try model(Self.recipe, x)
        try model.loadKerasWeights(from: path, prefix: "model/")
        #expect(difference(model(x), y) == nil)
    }

    /// The scorer made of two dense layers, as tutorials write Bahdanau's attention.
    @Test func attentionOfDenseLayers() throws {
        let normal = { (shape: [Int], seed: UInt64) in
            Tensor.normal(shape, mean: 0, deviation: 1, using: RandomGenerator(seed: seed))
        }
        let (w, b, v) = (normal([4, 3], 1), normal([3], 2), normal([3, 1], 3))
        let tensors = [
            ("0000/attention/dense_8/kernel", w), ("0001/attention/dense_8/bias", b),
            ("0002/attention/dense_9/kernel", v), ("0003/attention/dense_9/bias", normal([1], 4)),
        ]
        let x = normal([2, 5, 4], 5)
        let model = try model(#"{"type": "attention", "units": 3}"#, x)
        try model.loadKerasWeights(SafeTensors(bytes: SafeTensors.encode(tensors)), file: "w")
        let weights = matmul((matmul(x, w) + b).tanh(), v).softmax(axis: 1)
        #expect(difference(model(x), (weights * x).sum(axes: [1])) == nil)
    }

    @Test func everythingThatDoesNotFitIsReported() throws {
        let text = """
            [{"type": "dense", "units": 4}, {"type": "batch_norm"}, {"type": "gru", "units": 2},
             {"type": "dense", "units": 3}]
            """
        let model = try Model(text: text, input: [5, 2], generator: RandomGenerator(seed: 1))
        let before = model.namedTensors.map { $0.1.array }
        let shapes: [(String, [Int])] = [
            ("dense_1/kernel", [3, 4]), ("dense_1/bias", [4]), ("bn/gamma", [4]), ("bn/beta", [4]),
            ("bn/moving_variance", [4]), ("extra/kernel", [4, 4]), ("extra/bias", [4]),
            ("gru/gru_cell/kernel", [4, 6]), ("gru/gru_cell/recurrent_kernel", [2, 6]),
            ("gru/gru_cell/bias", [6]), ("dense_2/kernel", [2, 3]), ("dense_2/bias", [3]),
        ]
        let tensors = shapes.enumerated().map { ("\($0)/" + $1.0, Tensor.zeros($1.1)) }
        let expected = """
            w: the weights do not fit the model:
              1.running_mean (Keras' moving_mean): missing
              5/extra/kernel: not in the model
              6/extra/bias: not in the model
              0/dense_1/kernel for 0.weight: found shape [3, 4], expected [2, 4]
              9/gru/gru_cell/bias for 2.0.forward.bias: found shape [6], expected [2, 6]
            """
        do {
            try model.loadKerasWeights(SafeTensors(bytes: SafeTensors.encode(tensors)), file: "w")
            Issue.record("weights that do not fit were taken")
        } catch let error as WeightsError {
            #expect(error.description == expected)
        }
        #expect(model.namedTensors.map { $0.1.array } == before)
    }

    @Test func namesMustSayTheirOrder() throws {
        let model = try Model(
            text: #"{"type": "dense", "units": 3}"#, input: [2], generator: RandomGenerator(seed: 1))
        for names in [["dense/kernel", "dense/bias"], ["0/dense/kernel", "dense/bias"]] {
            let tensors = [(names[0], Tensor.ones([2, 3])), (names[1], Tensor.ones([3]))]
            let file = try SafeTensors(bytes: SafeTensors.encode(tensors))
            do {
                try model.loadKerasWeights(file, file: "w")
                Issue.record("an order was guessed")
            } catch let error as FileError {
                #expect(error.allowed == "NUMBER/PATH, such as \"0003/dense/kernel\"")
                #expect(error.place == "tensor \"\(names[0] == "dense/kernel" ? file.names[0] : names[1])\"")
            }
        }
        let numbered = [("10/dense/bias", Tensor.ones([3])), ("9/dense/kernel", Tensor.ones([2, 3]))]
        try model.loadKerasWeights(SafeTensors(bytes: SafeTensors.encode(numbered)), file: "w")
        #expect(model(.ones([1, 2])).array == [3, 3, 3])
    }

    /// A model with so many weights that pairing all with all would take too much memory.
    @Test func longModelsAreMatched() throws {
        let layer = #"{"type": "dense", "units": 1}"#
        let text = "[" + Array(repeating: layer, count: 1200).joined(separator: ",") + "]"
        let model = try Model(text: text, input: [1], generator: RandomGenerator(seed: 1))
        var tensors = (0..<2400).map { place in
            place % 2 == 0
                ? ("\(place)/dense/kernel", Tensor.full([1, 1], Real(place)))
                : ("\(place)/dense/bias", Tensor.full([1], Real(place)))
        }
        func load() throws {
            try model.loadKerasWeights(SafeTensors(bytes: SafeTensors.encode(tensors)), file: "w")
        }
        try load()
        #expect(model.parameters.map { $0.value.item() } == (0..<2400).map { Real($0) })
        // One that is missing is the only one that is named.
        tensors.remove(at: 1001)
        let error = #expect(throws: WeightsError.self) { try load() }
        #expect(error?.missing == ["500.bias (Keras' bias)"])
        #expect(error?.unexpected == [] && error?.misshapen.isEmpty == true)
    }

    @Test func aFileFarFromTheModelIsRefusedAtOnce() throws {
        let layer = #"{"type": "dense", "units": 1, "bias": false}"#
        let text = "[" + Array(repeating: layer, count: 1500).joined(separator: ",") + "]"
        let model = try Model(text: text, input: [1], generator: RandomGenerator(seed: 1))
        let tensors = (0..<4000).map { ("\($0)/norm/gamma", Tensor.ones([1])) }
        #expect(throws: WeightsError.self) {
            try model.loadKerasWeights(SafeTensors(bytes: SafeTensors.encode(tensors)), file: "w")
        }
    }
}
