import CKernels

/// Which inputs of an operation need a gradient. A rule skips the work for the other inputs and returns nil for
/// them.
public struct Wanted: Sendable {
    private let bits: UInt64

    init(_ inputs: [Node.Edge]) {
        var bits: UInt64 = 0
        for (i, edge) in inputs.enumerated() where edge.node != nil { bits |= 1 << UInt64(Swift.min(i, 63)) }
        self.bits = bits
    }

    /// Returns whether the input at `index` needs a gradient.
    public subscript(index: Int) -> Bool { bits & 1 << UInt64(Swift.min(index, 63)) != 0 }
}

/// Records a custom operation with one output and its gradient rule.
///
/// The built-in operations use this function too:
///
///     func cube(_ x: Tensor) -> Tensor {
///         let value = x.detached
///         return record("cube", inputs: [x], output: value * value * value) { cotangent, _ in
///             [cotangent * 3 * value * value]
///         }
///     }
///
/// - Parameters:
///   - operation: The name shown in error messages.
///   - inputs: The tensors that the output depends on.
///   - output: The result, computed in any way. Its own history is ignored.
///   - gradient: The gradient rule. It receives the cotangent of the output, in the output's shape, and returns one
///     gradient per input, in the input's shape. Return nil for an input that has no gradient or that is not
///     `wanted`. The rule runs without recording and must capture detached tensors only.
/// - Returns: `output` with its history, or `output` unchanged if no input is tracked.
public func record(
    _ operation: StaticString, inputs: [Tensor], output: Tensor,
    gradient: @escaping @Sendable (_ cotangent: Tensor, _ wanted: Wanted) -> [Tensor?]
) -> Tensor {
    guard shouldRecord(inputs) else { return output.detached }
    let node = Node(
        operation, inputs: edges(inputs), outputShapes: [output.shape], rule: .single(gradient))
    return Tensor(shape: output.shape, storage: output.storage, node: node)
}

/// Records an operation with several outputs. The rule receives one cotangent per output, or nil if the output was
/// not used.
public func record(
    _ operation: StaticString, inputs: [Tensor], outputs: [Tensor],
    gradient: @escaping @Sendable (_ cotangents: [Tensor?], _ wanted: Wanted) -> [Tensor?]
) -> [Tensor] {
    recordMultiple(operation, inputs: inputs, outputs: outputs, rule: .multiple(gradient))
}

func recordMultiple(
    _ operation: StaticString, inputs: [Tensor], outputs: [Tensor], rule: Node.Rule, always: Bool = false
) -> [Tensor] {
    guard always || shouldRecord(inputs) else { return outputs.map(\.detached) }
    let node = Node(operation, inputs: edges(inputs), outputShapes: outputs.map(\.shape), rule: rule)
    return outputs.enumerated().map { index, tensor in
        Tensor(shape: tensor.shape, storage: tensor.storage, node: node, output: index)
    }
}

@inline(__always)
private func shouldRecord(_ inputs: [Tensor]) -> Bool {
    for input in inputs where input.node != nil { return isRecording }
    return false
}

private func edges(_ inputs: [Tensor]) -> [Node.Edge] {
    inputs.map { Node.Edge(node: $0.node, output: $0.output) }
}

/// Whether operations on tracked tensors are recorded on this thread.
public var isRecording: Bool { ck_recording_pauses() == 0 }

/// Runs `body` without recording, like PyTorch's `no_grad`: its results have no history and nothing is saved for
/// the backward pass.
public func withoutRecording<R>(_ body: () throws -> R) rethrows -> R {
    ck_pause_recording(1)
    defer { ck_pause_recording(-1) }
    return try body()
}
