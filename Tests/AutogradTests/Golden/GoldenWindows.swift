import Autograd

// Golden data are channels first, with weights [out, in / groups, kernel...]; ours are channels last, with weights
// [kernel..., in / groups, out]. Inputs and outputs are permuted by operations, so that gradients come out in the order
// of the golden files.

extension Tensor {
    /// From [batch, channels, ...] to [batch, ..., channels].
    fileprivate var channelsLast: Tensor { permuted([0] + Array(2..<rank) + [1]) }
    /// From [batch, ..., channels] to [batch, channels, ...].
    fileprivate var channelsFirst: Tensor { permuted([0, rank - 1] + Array(1..<rank - 1)) }
    /// From [out, in / groups, kernel...] to [kernel..., in / groups, out].
    fileprivate var kernelFirst: Tensor { permuted(Array(2..<rank) + [1, 0]) }
}

extension GoldenCall {
    /// The padding of a convolution as it is named, or its amounts for each axis.
    fileprivate func paddings(_ axes: [(before: String, after: String)]) throws -> (
        named: Padding, amounts: Padding
    ) {
        let amounts = Padding.amounts(
            before: try axes.map { try int($0.before) }, after: try axes.map { try int($0.after) })
        switch goldenCase.params["padding"]?.string {
        case "same": return (.same, amounts)
        case "valid": return (.valid, amounts)
        case let name?: throw GoldenError("\(goldenCase.testDescription): unknown padding \(name)")
        case nil: return (amounts, amounts)
        }
    }

    /// A list of two numbers, or one for both.
    fileprivate func pair(_ name: String) throws -> (Int, Int) {
        let list = try ints(name, repeating: 2)
        guard list.count == 2 else {
            throw GoldenError("\(goldenCase.testDescription): \(name) is not a pair")
        }
        return (list[0], list[1])
    }
}

/// What a named padding gives, which must have the bits of what its amounts give.
private func checked(
    _ paddings: (named: Padding, amounts: Padding), _ operation: (Padding) throws -> Tensor
) throws -> Tensor {
    let output = try operation(paddings.named)
    guard try withoutRecording({ try operation(paddings.amounts).array == output.array }) else {
        throw GoldenError("the padding \(paddings.named) differs from \(paddings.amounts)")
    }
    return output
}

extension GoldenOperation {
    static let convolution: [String: GoldenOperation] = [
        "conv1d": .init { call in
            try checked(call.paddings([("pad_left", "pad_right")])) { padding in
                conv1d(
                    try call("x").channelsLast, try call("w").kernelFirst, bias: try call.optional("b"),
                    stride: try call.int("stride"), dilation: try call.int("dilation"),
                    groups: try call.int("groups"), padding: padding
                ).channelsFirst
            }
        },
        "conv2d": .init { call in
            try checked(call.paddings([("pad_top", "pad_bottom"), ("pad_left", "pad_right")])) { padding in
                conv2d(
                    try call("x").channelsLast, try call("w").kernelFirst, bias: try call.optional("b"),
                    stride: try call.pair("stride"), dilation: try call.pair("dilation"),
                    groups: try call.int("groups"), padding: padding
                ).channelsFirst
            }
        },
    ]

    static let pool: [String: GoldenOperation] = [
        "max_pool1d": .init {
            maxPool1d(
                try $0("x").channelsLast, kernel: try $0.int("kernel"), stride: try $0.int("stride"),
                padding: .each(try $0.int("padding"))
            ).channelsFirst
        },
        "avg_pool1d": .init {
            avgPool1d(
                try $0("x").channelsLast, kernel: try $0.int("kernel"), stride: try $0.int("stride"),
                padding: .each(try $0.int("padding")), countsPadding: try $0.bool("count_include_pad")
            ).channelsFirst
        },
        "max_pool2d": .init {
            maxPool2d(
                try $0("x").channelsLast, kernel: try $0.pair("kernel"), stride: try $0.pair("stride"),
                padding: .each(try $0.int("padding"))
            ).channelsFirst
        },
        "avg_pool2d": .init {
            avgPool2d(
                try $0("x").channelsLast, kernel: try $0.pair("kernel"), stride: try $0.pair("stride"),
                padding: .each(try $0.int("padding")), countsPadding: try $0.bool("count_include_pad")
            ).channelsFirst
        },
        "mean over the last axis": .unary { $0.mean(axes: [-1]) },
        "max over the last axis": .unary { $0.max(axes: [-1]) },
        "mean over the last two axes": .unary { $0.mean(axes: [-2, -1]) },
    ]

    static let norm: [String: GoldenOperation] = [
        "batch_norm train": .named { call in
            let momentum = try call.real("momentum")
            let result = batchNorm(
                try call("x").channelsLast, gamma: try call("gamma"), beta: try call("beta"),
                epsilon: try call.real("eps"))
            let unbiased = result.variance * (Real(result.count) / Real(result.count - 1))
            func moved(_ name: String, to batch: Tensor) throws -> Tensor {
                try call(name) * (1 - momentum) + batch * momentum
            }
            return [
                "y": result.output.channelsFirst,
                "new_running_mean": try moved("running_mean", to: result.mean),
                "new_running_var": try moved("running_var", to: unbiased),
                "new_running_var_biased": try moved("running_var", to: result.variance),
            ]
        },
        "batch_norm eval": .init {
            batchNorm(
                try $0("x").channelsLast, mean: try $0("running_mean"), variance: try $0("running_var"),
                gamma: try $0("gamma"), beta: try $0("beta"), epsilon: try $0.real("eps")
            ).channelsFirst
        },
        "layer_norm": .init {
            layerNorm(
                try $0("x"), gamma: try $0("gamma"), beta: try $0("beta"), axes: try $0.int("axes"),
                epsilon: try $0.real("eps"))
        },
    ]
}
