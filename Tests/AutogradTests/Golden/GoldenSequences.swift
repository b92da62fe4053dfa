import Autograd

/// The weights of one layer and direction, in our order: [in, gates * units].
private struct RecurrentWeights {
    let input: Tensor, recurrent: Tensor, inputBias: Tensor, recurrentBias: Tensor

    init(_ call: GoldenCall, layer: Int, isReverse: Bool) throws {
        let tail = "l\(layer)\(isReverse ? "_reverse" : "")"
        input = try call("weight_ih_\(tail)").transposed()
        recurrent = try call("weight_hh_\(tail)").transposed()
        inputBias = try call("bias_ih_\(tail)")
        recurrentBias = try call("bias_hh_\(tail)")
    }
}

/// A stack of recurrent layers, each direction by `step`: from the input, the weights, the initial states, the lengths
/// and the direction to the outputs and the last states.
private func recurrence(
    _ states: [(initial: String, last: String)],
    _ step: @escaping @Sendable (Tensor, RecurrentWeights, [Tensor?], [Int]?, Bool) -> (Tensor, [Tensor])
) -> GoldenOperation {
    .named { call in
        let lengths = call.has("lengths") ? try call.indices("lengths").values : nil
        let initial = try states.map { try call.optional($0.initial) }
        var x = try call("x")
        var last: [[Tensor]] = states.map { _ in [] }
        let directions = try call.bool("bidirectional") ? [false, true] : [false]
        for layer in 0..<(try call.int("layers")) {
            var outputs: [Tensor] = []
            for isReverse in directions {
                let row = layer * directions.count + (isReverse ? 1 : 0)
                let weights = try RecurrentWeights(call, layer: layer, isReverse: isReverse)
                let (output, ends) = step(
                    x, weights, initial.map { $0?.select(axis: 0, index: row) }, lengths, isReverse)
                outputs.append(output)
                for (index, end) in ends.enumerated() { last[index].append(end) }
            }
            x = concatenate(outputs, axis: 2)
        }
        var result = ["y": x]
        for (state, ends) in zip(states, last) { result[state.last] = stack(ends) }
        return result
    }
}

extension GoldenOperation {
    static let matrix: [String: GoldenOperation] = [
        "matmul": .binary { matmul($0, $1) },
        "matmul of transposed views": .binary { matmul($0, $1, transposeA: true, transposeB: true) },
        "linear": .init { linear(try $0("x"), try $0("w").transposed(), bias: try $0("b")) },
    ]

    private static let gruStack = recurrence([("h0", "hn")]) { x, weights, initial, lengths, isReverse in
        let result = gru(
            x, weight: weights.input, recurrentWeight: weights.recurrent, bias: weights.inputBias,
            recurrentBias: weights.recurrentBias, initial: initial[0], lengths: lengths, reversed: isReverse)
        return (result.outputs, [result.last])
    }

    private static let lstmStack = recurrence([("h0", "hn"), ("c0", "cn")]) {
        x, weights, initial, lengths, isReverse in
        var start: (state: Tensor, cell: Tensor)?
        if let state = initial[0], let cell = initial[1] { start = (state, cell) }
        let result = lstm(
            x, weight: weights.input, recurrentWeight: weights.recurrent,
            bias: weights.inputBias + weights.recurrentBias, initial: start, lengths: lengths,
            reversed: isReverse)
        return (result.outputs, [result.last, result.cell])
    }

    static let recurrent: [String: GoldenOperation] = [
        "gru": gruStack, "gru with lengths": gruStack, "lstm": lstmStack, "lstm with lengths": lstmStack,
    ]

    static let attention: [String: GoldenOperation] = [
        "additive attention pooling": .named {
            let result = additiveAttention(
                try $0("h"), weight: try $0("w").transposed(), bias: try $0("b"), scorer: try $0("v"),
                mask: try $0.optional("mask"))
            return ["context": result.context, "alpha": result.weights]
        },
        "attention with score tanh(h.w + b)": .named {
            let h = try $0("h")
            let alpha = try (matmul(h, $0("w")) + $0("b")).tanh().softmax(axis: 1)
            return ["alpha": alpha, "context": (alpha.expanded(2) * h).sum(axes: [1])]
        },
        "softmax(q k^T / sqrt d) v": .init {
            let q = try $0("q")
            let scores = matmul(q, try $0("k"), transposeB: true) / Real(q.shape[q.rank - 1]).squareRoot()
            return matmul(scores.softmax(axis: -1), try $0("v"))
        },
    ]
}
