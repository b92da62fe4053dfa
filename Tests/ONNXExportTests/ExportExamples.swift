import ONNXExport
import Autograd
import Configuration
import Foundation
import TestSupport
import Layers

/// What is exported in tests: the example of each layer, and combinations that only an export can get wrong.
enum ExportExamples {
    static let all = Example.all + more + activations

    private static let more: [Example] = [
        .init(#"{"type": "conv1d", "filters": 3, "stride": 2}"#, [9, 2]),
        .init(#"{"type": "conv1d", "filters": 3, "kernel_size": 4, "stride": 3}"#, [10, 2]),
        .init(
            #"{"type": "conv1d", "filters": 3, "kernel_size": 4, "dilation": 2, "stride": 2}"#, [11, 2],
            isFixed: true),
        .init(
            #"{"type": "conv1d", "filters": 3, "kernel_size": 3, "stride": 2, "padding": "causal"}"#, [9, 2]),
        .init(
            #"{"type": "conv1d", "filters": 3, "kernel_size": 4, "stride": 2, "padding": "valid"}"#, [9, 2]),
        .init(#"{"type": "conv1d", "filters": 3, "kernel_size": 4, "padding": "symmetric"}"#, [9, 2]),
        .init(
            #"{"type": "conv2d", "filters": 3, "kernel_size": 4, "stride": [2, 3], "dilation": [1, 2]}"#,
            [9, 11, 2]),
        .init(
            #"{"type": "conv2d", "filters": 3, "kernel_size": [3, 2], "padding": "causal", "bias": false}"#,
            [5, 6, 2]),
        .init(#"{"type": "pool1d", "size": 3, "stride": 2, "padding": "same"}"#, [8, 3]),
        .init(#"{"type": "pool1d", "size": 3, "stride": 1, "padding": "causal"}"#, [8, 3]),
        .init(
            #"{"type": "pool1d", "kind": "average", "size": 3, "stride": 2, "padding": "symmetric"}"#, [8, 3]),
        .init(#"{"type": "pool1d", "kind": "average", "size": 4, "stride": 3, "padding": "same"}"#, [10, 3]),
        .init(#"{"type": "pool2d", "size": 3, "stride": [1, 2], "padding": "symmetric"}"#, [6, 7, 2]),
        .init(
            #"{"type": "gru", "units": 4, "num_layers": 2, "bidirectional": true, "output": "last"}"#, [7, 3]),
        .init(#"{"type": "gru", "units": 4, "bidirectional": true, "reset_after": false}"#, [7, 3]),
        .init(#"{"type": "lstm", "units": 4, "num_layers": 3, "bidirectional": true}"#, [7, 3]),
        .init(#"{"type": "global_pool", "kind": "max"}"#, [4, 5, 3]),
        .init(#"{"type": "group_norm", "groups": 3}"#, [6]),
        .init(#"{"type": "batch_norm", "scale": false, "shift": false}"#, [5]),
        .init(#"{"type": "squeeze_excitation", "activation": "silu", "gate": "tanh"}"#, [7, 4]),
        .init(
            #"{"type": "parallel", "join": "average", "branches": [{"type": "dense", "units": 4}, {"type": "gru", "units": 4}, {"type": "conv1d", "filters": 4}]}"#,
            [8, 3]),
        .init(
            #"{"type": "parallel", "join": "sum", "branches": [{"type": "pool1d", "size": 3, "stride": 1}, {"type": "conv1d", "filters": 3, "padding": "valid"}, {"type": "conv1d", "filters": 3, "kernel_size": 2, "dilation": 2, "padding": "valid"}]}"#,
            [8, 3]),
        .init(
            #"{"type": "sequential", "layers": [{"type": "masking"}, {"type": "conv1d", "filters": 4, "stride": 2}, {"type": "lstm", "units": 3, "bidirectional": true}, {"type": "attention"}]}"#,
            [9, 2]),
        .init(
            #"{"type": "sequential", "layers": [{"type": "masking", "value": 0.5}, {"type": "pool1d", "size": 2}, {"type": "global_pool", "kind": "max"}]}"#,
            [9, 2]),
        .init(
            #"{"type": "sequential", "layers": [{"type": "embedding", "vocabulary_size": 5, "units": 4, "mask_zero": true}, {"type": "positional_encoding"}, {"type": "transformer", "num_heads": 2}, {"type": "group_norm", "groups": 2}, {"type": "global_pool"}]}"#,
            [6], values: .wholeNumbers),
        .init(
            #"{"type": "sequential", "layers": [{"type": "reshape", "shape": [6, 4, 1]}, {"type": "conv2d", "filters": 2}, {"type": "reshape", "shape": [6, -1]}, {"type": "gru", "units": 3}, {"type": "flatten"}]}"#,
            [24]),
        .init(
            #"{"type": "sequential", "layers": [{"type": "reshape", "shape": [-1, 6, 1]}, {"type": "conv2d", "filters": 3, "kernel_size": [4, 3], "stride": [2, 1]}, {"type": "reshape", "shape": [-1, 18]}, {"type": "gru", "units": 3}]}"#,
            [11, 6]),
        .init(
            #"{"type": "sequential", "layers": [{"type": "reshape", "shape": [12, 6, 1]}, {"type": "conv2d", "filters": 4, "kernel_size": 3}, {"type": "batch_norm"}, {"type": "squeeze_excitation", "units": 2}, {"type": "pool2d", "kind": "average", "size": 3, "stride": 2, "padding": "same"}, {"type": "pool2d", "size": 2, "stride": [1, 2], "padding": "symmetric"}, {"type": "group_norm", "groups": 2}, {"type": "global_pool"}]}"#,
            [12, 6], isFixed: true),
        .init(
            #"{"type": "sequential", "layers": [{"type": "masking"}, {"type": "reshape", "shape": [9, 4, 1]}, {"type": "conv2d", "filters": 3, "padding": "causal"}, {"type": "global_pool", "kind": "max"}]}"#,
            [9, 4], isFixed: true),
        .init(
            #"{"type": "multi_head_attention", "num_heads": 2, "positional_encoding": "learned", "causal": true, "bias": false}"#,
            [7, 6], isFixed: true),
    ]

    private static let activations: [Example] =
        Activation.allCases.map {
            .init(#"{"type": "dense", "units": 5, "activation": "\#($0.rawValue)"}"#, [4])
        }
        + ["none", "relu", "sigmoid", "elu", "softplus", "leaky_relu"].map {
            .init(#"{"type": "rnn", "units": 4, "bidirectional": true, "activation": "\#($0)"}"#, [6, 3])
        }

    /// The models in `Experiments/models`, by name, with their inputs.
    static let models: [(name: String, input: [Int])] = [
        ("cnn-bigru-attention", [200, 40]), ("dense-summary", [105]), ("cnn-summary", [162, 1]),
        ("efficientnet-b3", [300, 300, 3]),
    ]

    static let modelFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Experiments/models").standardized

    static func model(_ name: String, _ input: [Int]) throws -> Model {
        let file = modelFolder.appendingPathComponent(name + ".json")
        let model = try Model(
            text: String(contentsOf: file, encoding: .utf8), source: name + ".json", input: input,
            generator: RandomGenerator(seed: 1))
        model.shake(RandomGenerator(seed: 2))
        return model
    }
}
