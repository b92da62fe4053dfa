import CKernels

/// Which inputs of an operation need a gradient. A rule leaves the work for the others undone and returns nil.
public struct Wanted: Sendable {
    private let bits: UInt64

    init(_ inputs: [Node.Edge]) {
        var bits: UInt64 = 0
        for (i, edge) in inputs.enumerated() where edge.node != nil { bits |= 1 << UInt64(Swift.min(i, 63)) }
        self.bits = bits
    }

    /// Whether input `index` needs a gradient.
    public subscript(index: Int) -> Bool { bits & 1 << UInt64(Swift.min(index, 63)) != 0 }
}

/// Registers an operation with one output: how `output` came from `inputs`, and how a cotangent is pulled back.
///
/// This is how every built-in operation is made, and how to add one of your own:
///
///     func cube(_ x: Tensor) -> Tensor {
///         let value = x.detached
///         return record("cube", inputs: [x], output: value * value * value) { cotangent, _ in
///             [cotangent * 3 * value * value]
///         }
///     }
///
/// - Parameters:
///   - operation: the name shown in messages.
///   - inputs: the tensors that the output depends on.
///   - output: the result, computed by any means; its own history is ignored.
///   - gradient: from the cotangent of the output (of its shape) to one gradient per input, each of its input's
///     shape, or nil where an input has none or `wanted` says that nobody asks. Nothing it computes is recorded.
///     Capture detached tensors.
/// - Returns: `output` with its history, or `output` alone where no input is tracked.
public func record(
    _ operation: StaticString, inputs: [Tensor], output: Tensor,
    gradient: @escaping @Sendable (_ cotangent: Tensor, _ wanted: Wanted) -> [Tensor?]
) -> Tensor {
    guard shouldRecord(inputs) else { return output.detached }
    let node = Node(
        operation, inputs: edges(inputs), outputShapes: [output.shape], rule: .single(gradient))
    return Tensor(shape: output.shape, storage: output.storage, node: node)
}

/// Registers an operation with several outputs. The rule gets one cotangent per output, nil where an output was not
/// used.
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

/// Runs `body` without recording: what it computes has no history and holds no memory for `backward`.
public func withoutRecording<R>(_ body: () throws -> R) rethrows -> R {
    ck_pause_recording(1)
    defer { ck_pause_recording(-1) }
    return try body()
}
