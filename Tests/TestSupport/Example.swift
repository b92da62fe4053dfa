/// A layer as a config writes it, with an input that it takes. Every registered layer has at least one; the tests of
/// layers and those of their export go through all.
package struct Example: Sendable, CustomStringConvertible {
    package let json: String
    package let input: [Int]
    /// What the numbers of the input are.
    package var values = Values.normal
    /// Whether results may depend on how much padding stands behind a sequence: weights for a fixed number of steps,
    /// or one vector of all of them.
    package var isFixed = false

    package enum Values: Sendable { case normal, wholeNumbers }

    package var description: String { "\(json) \(input)" }

    package init(_ json: String, _ input: [Int], values: Values = .normal, isFixed: Bool = false) {
        (self.json, self.input, self.values, self.isFixed) = (json, input, values, isFixed)
    }

    package static let all: [Example] = [
        .init(#"{"type": "dense", "units": 3, "activation": "gelu"}"#, [4]),
        .init(#"{"type": "dense", "units": 3, "bias": false}"#, [6, 4]),
        .init(#"{"type": "conv1d", "filters": 3}"#, [9, 4]),
        .init(
            #"{"type": "conv1d", "filters": 4, "kernel_size": 5, "groups": 2, "dilation": 2, "padding": "causal"}"#,
            [9, 4]),
        .init(
            #"{"type": "conv1d", "filters": 3, "stride": 2, "padding": "symmetric", "activation": "relu"}"#,
            [9, 2]),
        .init(#"{"type": "conv1d", "filters": 3, "padding": "valid"}"#, [9, 2]),
        .init(#"{"type": "conv1d", "filters": 3, "kernel_size": 4, "stride": 3, "dilation": 2}"#, [13, 2]),
        .init(#"{"type": "conv2d", "filters": 3, "kernel_size": [3, 5]}"#, [6, 7, 2]),
        .init(
            #"{"type": "conv2d", "filters": 4, "stride": 2, "groups": 4, "padding": "symmetric"}"#, [6, 7, 4]),
        .init(#"{"type": "conv2d", "filters": 3, "kernel_size": [4, 2], "stride": [3, 2]}"#, [13, 7, 2]),
        .init(
            #"{"type": "conv2d", "filters": 2, "kernel_size": [2, 3], "stride": [2, 1], "dilation": [2, 1], "padding": "causal"}"#,
            [9, 4, 2]),
        .init(#"{"type": "separable_conv1d", "filters": 3, "depth_multiplier": 2}"#, [9, 4]),
        .init(#"{"type": "separable_conv2d", "filters": 3, "stride": 2}"#, [6, 6, 4]),
        .init(#"{"type": "activation", "function": "silu"}"#, [5, 3]),
        .init(#"{"type": "activation", "function": "softmax"}"#, [5]),
        .init(#"{"type": "pool1d", "size": 2}"#, [8, 3]),
        .init(#"{"type": "pool1d", "kind": "average", "size": 3, "stride": 2}"#, [9, 3]),
        .init(#"{"type": "pool1d", "size": 3, "padding": "same"}"#, [10, 3]),
        .init(#"{"type": "pool1d", "kind": "average", "size": 4, "stride": 3, "padding": "same"}"#, [11, 3]),
        .init(
            #"{"type": "pool1d", "kind": "average", "size": 3, "stride": 2, "padding": "causal"}"#, [10, 3]),
        .init(#"{"type": "pool1d", "size": 4, "stride": 2, "padding": "symmetric"}"#, [9, 3]),
        .init(#"{"type": "pool2d", "size": [2, 3]}"#, [6, 6, 2]),
        .init(#"{"type": "pool2d", "kind": "average", "padding": "same"}"#, [5, 5, 2]),
        .init(
            #"{"type": "pool2d", "kind": "average", "size": [4, 2], "stride": [3, 2], "padding": "same"}"#,
            [11, 5, 2]),
        .init(#"{"type": "pool2d", "size": 3, "stride": 2, "padding": "symmetric"}"#, [9, 6, 2]),
        .init(
            #"{"type": "windows", "size": 4, "layers": [{"type": "conv1d", "filters": 3, "kernel_size": 3, "padding": "same", "activation": "tanh"}, {"type": "attention"}]}"#,
            [9, 2], isFixed: true),
        .init(
            #"{"type": "windows", "size": 3, "hop": 3, "layers": [{"type": "gru", "units": 2, "output": "last"}]}"#,
            [7, 2], isFixed: true),
        .init(#"{"type": "global_pool"}"#, [7, 3]),
        .init(#"{"type": "global_pool", "kind": "max"}"#, [7, 3]),
        .init(#"{"type": "global_pool"}"#, [4, 5, 3]),
        .init(#"{"type": "global_pool", "kind": "max"}"#, [4, 5, 3]),
        .init(#"{"type": "global_pool", "kind": "statistics"}"#, [7, 3]),
        .init(#"{"type": "global_pool", "kind": "statistics"}"#, [4, 5, 3]),
        .init(#"{"type": "gru", "units": 5, "bidirectional": true}"#, [7, 3]),
        .init(
            #"{"type": "gru", "units": 4, "num_layers": 2, "reset_after": false, "output": "last"}"#, [7, 3]),
        .init(#"{"type": "lstm", "units": 5, "bidirectional": true, "output": "last"}"#, [7, 3]),
        .init(#"{"type": "lstm", "units": 4, "num_layers": 2, "dropout": 0.2}"#, [7, 3]),
        .init(#"{"type": "rnn", "units": 5, "bidirectional": true}"#, [7, 3]),
        .init(#"{"type": "rnn", "units": 4, "num_layers": 2, "output": "last"}"#, [7, 3]),
        .init(#"{"type": "attention"}"#, [7, 4]),
        .init(#"{"type": "attention", "units": 3}"#, [7, 4]),
        .init(#"{"type": "attention", "gated": true, "units": 3}"#, [7, 4]),
        .init(#"{"type": "attention", "form": "reduced"}"#, [7, 4], isFixed: true),
        .init(#"{"type": "multi_head_attention", "num_heads": 2}"#, [7, 6]),
        .init(
            #"{"type": "multi_head_attention", "num_heads": 2, "head_size": 5, "causal": true, "positional_encoding": "sinusoidal"}"#,
            [7, 6]
        ),
        .init(
            #"{"type": "multi_head_attention", "num_heads": 3, "positional_encoding": "learned"}"#, [7, 6],
            isFixed: true),
        .init(#"{"type": "positional_encoding"}"#, [7, 5]),
        .init(#"{"type": "positional_encoding", "kind": "learned", "steps": 50}"#, [7, 5]),
        .init(#"{"type": "transformer", "num_heads": 2}"#, [7, 6]),
        .init(
            #"{"type": "transformer", "num_heads": 2, "norm_first": false, "causal": true, "feedforward_units": 9}"#,
            [7, 6]),
        .init(#"{"type": "conformer", "num_heads": 2, "kernel_size": 5}"#, [7, 6]),
        .init(#"{"type": "temporal_block", "filters": 5, "dilation": 2}"#, [9, 3]),
        .init(
            #"{"type": "temporal_block", "filters": 3, "norm": "layer", "padding": "same", "dropout": 0.1}"#,
            [9, 3]),
        .init(#"{"type": "batch_norm"}"#, [6, 3]),
        .init(#"{"type": "batch_norm", "momentum": 0.9, "unbiased": true}"#, [4, 4, 3]),
        .init(#"{"type": "layer_norm"}"#, [6, 5]),
        .init(#"{"type": "layer_sum", "layers": 3}"#, [6, 12]),
        .init(#"{"type": "layer_sum", "layers": 2, "normalize": true}"#, [8]),
        .init(#"{"type": "group_norm", "groups": 2}"#, [6, 4]),
        .init(#"{"type": "group_norm", "groups": 4}"#, [4, 4, 4]),
        .init(#"{"type": "feature_norm"}"#, [6, 4]),
        .init(#"{"type": "dropout", "rate": 0.5}"#, [6, 4]),
        .init(#"{"type": "spatial_dropout", "rate": 0.3}"#, [6, 4]),
        .init(#"{"type": "drop_path", "rate": 0.5}"#, [6, 4]),
        .init(#"{"type": "gaussian_noise", "std": 0.1}"#, [6, 4]),
        .init(#"{"type": "gradient_reversal", "scale": 0.5}"#, [6, 4]),
        .init(#"{"type": "flatten"}"#, [3, 4], isFixed: true),
        .init(#"{"type": "reshape", "shape": [2, -1]}"#, [3, 4], isFixed: true),
        .init(#"{"type": "reshape", "shape": [6, 4]}"#, [6, 2, 2], isFixed: true),
        .init(#"{"type": "masking"}"#, [6, 4]),
        .init(#"{"type": "masking"}"#, [6, 4, 2]),
        .init(#"{"type": "unmask"}"#, [6, 4], isFixed: true),
        .init(
            #"{"type": "sequential", "layers": [{"type": "unmask"}, {"type": "conv1d", "filters": 3}, {"type": "gru", "units": 3, "bidirectional": true, "output": "last"}]}"#,
            [6, 4], isFixed: true),
        .init(#"{"type": "glu"}"#, [6, 4]),
        .init(#"{"type": "embedding", "vocabulary_size": 5, "units": 3}"#, [6], values: .wholeNumbers),
        .init(
            #"{"type": "embedding", "vocabulary_size": 5, "units": 3, "mask_zero": true}"#, [6],
            values: .wholeNumbers),
        .init(
            #"{"type": "sequential", "layers": [{"type": "conv1d", "filters": 4}, {"type": "gru", "units": 3}]}"#,
            [8, 2]),
        .init(
            #"{"type": "sequential", "layers": [{"type": "conv2d", "filters": 4, "kernel_size": 3}, {"type": "batch_norm"}, {"type": "pool2d", "size": 2}, {"type": "squeeze_excitation", "units": 2}, {"type": "global_pool"}]}"#,
            [8, 6, 1]),
        .init(
            #"{"type": "residual", "body": [{"type": "dense", "units": 4}], "scale": 0.5, "drop_path": 0.2}"#,
            [6, 4]),
        .init(
            #"{"type": "residual", "body": [{"type": "conv1d", "filters": 5}], "activation": "relu"}"#,
            [6, 4]),
        .init(#"{"type": "residual", "body": [{"type": "conv2d", "filters": 5, "stride": 2}]}"#, [5, 6, 4]),
        .init(
            #"{"type": "parallel", "branches": [{"type": "conv1d", "filters": 2}, {"type": "conv1d", "filters": 3, "kernel_size": 5}]}"#,
            [8, 3]),
        .init(
            #"{"type": "parallel", "join": "average", "branches": [{"type": "gru", "units": 2}, {"type": "dense", "units": 2}, {"type": "conv1d", "filters": 2}]}"#,
            [5, 3]),
        .init(
            #"{"type": "parallel", "join": "product", "branches": [{"type": "dense", "units": 2}, {"type": "dense", "units": 2}]}"#,
            [3]),
        .init(
            #"{"type": "parallel", "join": "product", "branches": [{"type": "dense", "units": 4}, {"type": "masking", "value": 9}]}"#,
            [6, 4]),
        .init(
            #"{"type": "voting", "estimators": [{"type": "gru", "units": 3, "output": "last"}, {"type": "sequential", "layers": [{"type": "global_pool"}, {"type": "dense", "units": 3}]}], "weights": [2, 1]}"#,
            [5, 2]),
        .init(
            #"{"type": "voting", "voting": "logits", "weights": [1, 3], "estimators": [{"type": "dense", "units": 3}, {"type": "dense", "units": 3, "activation": "tanh"}]}"#,
            [4]),
        .init(
            #"{"type": "multi_output", "units": 3, "estimator": {"type": "gru", "units": 2, "output": "last"}}"#,
            [5, 2]),
        .init(
            #"{"type": "graph", "parts": {"a": {"layers": [{"type": "conv1d", "filters": 4}]}, "b": {"inputs": ["input"], "layers": [{"type": "dense", "units": 4}]}, "c": {"inputs": ["b", "a", "b"], "join": "sum"}, "d": {"inputs": ["a", "c", "input"], "layers": [{"type": "gru", "units": 3, "l2": 0.1}]}}}"#,
            [8, 2]),
        .init(
            #"{"type": "graph", "output": "left", "parts": {"stem": {"layers": [{"type": "dense", "units": 2, "kernel_initializer": "torch", "bias_initializer": {"type": "constant", "value": 0.5}}]}, "left": {"inputs": ["stem", "input"]}}}"#,
            [3]),
        .init(#"{"type": "squeeze_excitation", "units": 2}"#, [7, 4]),
        .init(#"{"type": "squeeze_excitation"}"#, [4, 4, 16]),
        .init(#"{"type": "mbconv", "filters": 8, "expansion": 2, "drop_path": 0.1}"#, [6, 6, 8]),
        .init(
            #"{"type": "mbconv", "filters": 16, "kernel_size": 5, "stride": 2, "expansion": 1}"#, [6, 6, 8]),
        .init(#"{"type": "efficientnet", "variant": "b0", "classes": 3}"#, [33, 33, 3]),
    ]
}
