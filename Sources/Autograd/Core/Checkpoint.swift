import CKernels

/// Computes `body` without saving intermediate results, and recomputes it in the backward pass (gradient
/// checkpointing). Trades time for memory.
///
///     let y = checkpoint([x]) { [block($0[0])] }[0]
///
/// Values and gradients are bit-identical to those without checkpointing. Gradients also flow to the parameters
/// that `body` uses and to the tensors that it captures. `body` must be deterministic: parameters must keep their
/// values until the backward pass, and random numbers must come from `generator`, which replays the same sequence.
///
/// - Parameters:
///   - inputs: The arguments of `body`.
///   - generator: The source of random numbers in `body`, if it uses any.
///   - body: The computation. It is called once now and once in the backward pass.
public func checkpoint(
    _ inputs: [Tensor], using generator: RandomGenerator? = nil,
    _ body: @escaping @Sendable ([Tensor]) -> [Tensor]
) -> [Tensor] {
    let values = inputs.map(\.detached)
    guard isRecording else { return body(values) }
    let start = generator?.state
    let outputs = withoutRecording { body(values) }
    let isTracked = inputs.map(\.isTracked)
    let replay = { @Sendable (cotangents: [Tensor?]) -> Node.Replayed in
        let now = generator?.state
        if let start { generator?.state = start }
        defer { if let now { generator?.state = now } }
        return recompute(values, isTracked, cotangents, body)
    }
    // Recorded even if no input is tracked, because `body` may use parameters.
    return recordMultiple("checkpoint", inputs: inputs, outputs: outputs, rule: .replay(replay), always: true)
}

/// Checkpoints a function from one tensor to one tensor. See the overload for several tensors.
public func checkpoint(
    _ input: Tensor, using generator: RandomGenerator? = nil, _ body: @escaping @Sendable (Tensor) -> Tensor
) -> Tensor {
    checkpoint([input], using: generator) { [body($0[0])] }[0]
}

private func recompute(
    _ values: [Tensor], _ isTracked: [Bool], _ cotangents: [Tensor?], _ body: ([Tensor]) -> [Tensor]
) -> Node.Replayed {
    let floor = Node.lastID
    let leaves = zip(values, isTracked).map { $1 ? Parameter($0) : nil }
    let outputs = withRecording { body(zip(leaves, values).map { $0?.tensor ?? $1 }) }
    require(
        outputs.count == cotangents.count,
        "checkpoint: the closure returned \(cotangents.count) tensors at first and \(outputs.count) when called again"
    )
    var pass = BackwardPass(retainGraph: false, floor: floor)
    for (output, cotangent) in zip(outputs, cotangents) {
        guard let node = output.node, let cotangent else { continue }
        require(
            output.shape == cotangent.shape,
            "checkpoint: the closure returned shape \(cotangent.shape) at first and \(output.shape) when called again"
        )
        pass.add(cotangent, to: node, output: output.output)
    }
    var gradients = pass.run()
    let ofInputs = leaves.map { leaf in leaf.flatMap { gradients[$0] } }
    for leaf in leaves { if let leaf { gradients[leaf] = nil } }
    return Node.Replayed(inputs: ofInputs, parameters: gradients, captured: pass.below)
}

/// Runs `body` with recording enabled, even inside `withoutRecording`.
private func withRecording<R>(_ body: () -> R) -> R {
    let pauses = ck_recording_pauses()
    ck_pause_recording(-pauses)
    defer { ck_pause_recording(pauses) }
    return body()
}
