import CKernels

// r = s(x Wr + h Ur + b)   z = s(x Wz + h Uz + b)   h' = (1 - z) n + z h
// reset after the product (PyTorch, Keras' default):  n = tanh(x Wn + bn + r (h Un + cn))
// reset before the product (Cho et al. 2014):          n = tanh(x Wn + bn + (r h) Un + cn)

/// Applies a gated recurrent unit (GRU) to sequences.
///
/// - Parameters:
///   - x: The input, [batch, time, features].
///   - weight: [features, 3 units], with the gates in the order reset, update, candidate. This is PyTorch's order;
///     Keras puts update first.
///   - recurrentWeight: [units, 3 units].
///   - bias: [3 units], added to the product with the input.
///   - recurrentBias: [3 units], added to the product with the state.
///   - initial: The initial state, [batch, units]. The default is zeros.
///   - lengths: The number of valid steps of each sequence. Outputs after them are zero, and the state is kept.
///   - reversed: Whether to process each sequence from its last valid step to its first. Outputs stay at their time
///     steps.
///   - resetAfter: Whether the reset gate is applied after the recurrent product (PyTorch, Keras' default) or
///     before it.
/// - Returns: The state at every step, [batch, time, units], and the final state, [batch, units].
public func gru(
    _ x: Tensor, weight: Tensor, recurrentWeight: Tensor, bias: Tensor? = nil, recurrentBias: Tensor? = nil,
    initial: Tensor? = nil, lengths: [Int]? = nil, reversed: Bool = false, resetAfter: Bool = true
) -> (outputs: Tensor, last: Tensor) {
    let walk = Recurrence(
        "gru", gates: 3, x: x, weight: weight, recurrentWeight: recurrentWeight, bias: bias,
        recurrentBias: recurrentBias, initial: [initial], lengths: lengths, isReversed: reversed)
    let cell = GRUCell(
        walk: walk, x: x.detached, weight: weight.detached, recurrentWeight: recurrentWeight.detached,
        bias: bias?.detached, recurrentBias: recurrentBias?.detached, initial: initial?.detached,
        resetAfter: resetAfter)
    let result = cell.forward()
    let optional = [bias, recurrentBias, initial]
    let outputs = record(
        "gru", inputs: [x, weight, recurrentWeight] + optional.compactMap { $0 },
        outputs: [result.outputs, result.last]
    ) { cotangents, wanted in
        let g = cell.backward(result, cotangents[0], cotangents[1])
        var found: [Tensor?] = [
            wanted[0]
                ? multiplyRows(g.gates, rows: walk.rows, cell.weight, transposed: true, shape: cell.x.shape)
                : nil,
            wanted[1]
                ? walk.inputGradient(x: cell.x, gates: g.gates)
                : nil,
            wanted[2] ? cell.recurrentWeightGradient(result, g) : nil,
        ]
        if cell.bias != nil { found.append(g.gates.sum(to: [3 * walk.units])) }
        if cell.recurrentBias != nil { found.append(cell.recurrentBiasGradient(g)) }
        if cell.initial != nil { found.append(g.initial) }
        return found
    }
    return (outputs[0], outputs[1])
}

private struct GRUCell: Sendable {
    let walk: Recurrence
    let x: Tensor, weight: Tensor, recurrentWeight: Tensor
    let bias: Tensor?, recurrentBias: Tensor?, initial: Tensor?
    let resetAfter: Bool

    struct Result: Sendable {
        var outputs: Tensor, last: Tensor
        /// The gates r, z and n at every step.
        var gates: Tensor
        /// h Un + cn if the reset gate is applied after the product, else r h.
        var candidate: Tensor
    }

    struct Cotangents: Sendable {
        /// The gradient with respect to x W + b.
        var gates: Tensor
        /// The gradient with respect to h Un + cn, if the reset gate is applied after the product.
        var candidate: Tensor
        var initial: Tensor
    }

    func forward() -> Result {
        let (units, steps) = (walk.units, walk.steps)
        var gates = multiplyRows(
            x, rows: walk.rows, weight, bias: totalBias, shape: [walk.batch, steps, 3 * units],
            isKept: !isRecording)
        var candidate = Tensor.room([walk.batch, steps, units])
        var outputs = Tensor.room([walk.batch, steps, units])
        var last = Tensor.room([walk.batch, units])
        let resetUpdate = PackedMatrix(
            .init(rows: units, columns: 2 * units, row: 3 * units, column: 1), of: recurrentWeight,
            isKept: !isRecording)
        let inner = PackedMatrix(
            .init(rows: units, columns: units, offset: 2 * units, row: 3 * units, column: 1),
            of: recurrentWeight, isKept: !isRecording)
        let write = {
            (
                gates: UnsafeMutablePointer<Real>, candidate: UnsafeMutablePointer<Real>,
                outputs: UnsafeMutablePointer<Real>, last: UnsafeMutablePointer<Real>,
                candidateBias: UnsafePointer<Real>?, initial: UnsafePointer<Real>?
            ) in
            walk.forEachGroup { group in
                let rows = group.count
                let h = last + group.lowerBound * units
                if let initial {
                    h.update(from: initial + group.lowerBound * units, count: rows * units)
                } else {
                    h.update(repeating: 0, count: rows * units)
                }
                walk.walk(group) { step, active in
                    let at = group.lowerBound * steps + step
                    let (g, n) = (gates + at * 3 * units, candidate + at * units)
                    resetUpdate.withFactor {
                        Product.run(
                            m: rows, n: 2 * units, k: units, h, row: units, $0, start: .result, into: g,
                            row: steps * 3 * units)
                    }
                    if resetAfter {
                        inner.withFactor {
                            Product.run(
                                m: rows, n: units, k: units, h, row: units, $0, start: .bias(candidateBias),
                                into: n,
                                row: steps * units)
                        }
                        ck_gru_step(
                            rows, units, g, steps * 3 * units, n, steps * units, h, outputs + at * units,
                            steps * units, active)
                    } else {
                        ck_gru_reset(rows, units, g, steps * 3 * units, h, n, steps * units, active)
                        inner.withFactor {
                            Product.run(
                                m: rows, n: units, k: units, n, row: steps * units, $0, start: .result,
                                into: g + 2 * units, row: steps * 3 * units)
                        }
                        ck_gru_finish(
                            rows, units, g, steps * 3 * units, h, outputs + at * units, steps * units, active)
                    }
                }
            }
        }
        withElements(recurrentBias) { recurrentBias in
            withElements(initial) { initial in
                gates.modify { gates in
                    candidate.modify { candidate in
                        outputs.modify { outputs in
                            last.modify { last in
                                write(
                                    gates, candidate, outputs, last, recurrentBias.map { $0 + 2 * units },
                                    initial)
                            }
                        }
                    }
                }
            }
        }
        return Result(outputs: outputs, last: last, gates: gates, candidate: candidate)
    }

    /// The bias added to the product with the input: everything except the recurrent bias that the reset gate
    /// multiplies.
    private var totalBias: Tensor? {
        guard let recurrentBias else { return bias }
        let units = walk.units
        return Tensor(shape: [3 * units]) { total in
            withElements(bias) { bias in
                recurrentBias.withElements { recurrent in
                    for j in 0..<3 * units {
                        let inside = resetAfter && j >= 2 * units
                        total[j] = (bias?[j] ?? 0) + (inside ? 0 : recurrent[j])
                    }
                }
            }
        }
    }

    func backward(_ result: Result, _ dOutputs: Tensor?, _ dLast: Tensor?) -> Cotangents {
        let (units, steps) = (walk.units, walk.steps)
        var dGates = Tensor.room(result.gates.shape)
        var dCandidate = Tensor.room(resetAfter ? result.candidate.shape : [0])
        var dInitial = dLast ?? .zeros([walk.batch, units])
        // Without a cotangent of the outputs, every step reads the same zeros.
        let dy = dOutputs ?? .zeros([units])
        let (dySequence, dyRow) = dOutputs == nil ? (0, 0) : (steps * units, units)
        let (resetUpdate, inner) = recurrentWeight.withElements { weight in
            (
                PackedMatrix(rows: 2 * units, columns: units, weight, row: 1, column: 3 * units),
                PackedMatrix(rows: units, columns: units, weight + 2 * units, row: 1, column: 3 * units)
            )
        }
        let write = {
            (
                dGates: UnsafeMutablePointer<Real>, dCandidate: UnsafeMutablePointer<Real>,
                dState: UnsafeMutablePointer<Real>, initial: UnsafePointer<Real>?,
                outputs: UnsafePointer<Real>,
                gates: UnsafePointer<Real>, candidate: UnsafePointer<Real>, dy: UnsafePointer<Real>
            ) in
            walk.forEachGroup { group in
                let rows = group.count
                let dh = dState + group.lowerBound * units
                withUnsafeTemporaryAllocation(of: Real.self, capacity: 2 * rows * units) { room in
                    let before = room.baseAddress!
                    let dReset = before + rows * units
                    walk.walk(group, backwards: true) { step, active in
                        let at = group.lowerBound * steps + step
                        walk.stateBefore(step, group, outputs: outputs, initial: initial, before)
                        let g = gates + at * 3 * units
                        let dg = dGates + at * 3 * units
                        let up = dy + group.lowerBound * dySequence + step * dyRow
                        if resetAfter {
                            ck_gru_step_gradient(
                                rows, units, g, steps * 3 * units, candidate + at * units, steps * units,
                                before,
                                units, up, dySequence, dh, dg, dCandidate + at * units, active)
                            inner.withFactor {
                                Product.run(
                                    m: rows, n: units, k: units, dCandidate + at * units, row: steps * units,
                                    $0,
                                    start: .result, into: dh, row: units)
                            }
                        } else {
                            ck_gru_finish_gradient(
                                rows, units, g, steps * 3 * units, before, units, up, dySequence, dh, dg,
                                active)
                            inner.withFactor {
                                Product.run(
                                    m: rows, n: units, k: units, dg + 2 * units, row: steps * 3 * units, $0,
                                    into: dReset, row: units)
                            }
                            ck_gru_reset_gradient(
                                rows, units, g, steps * 3 * units, before, units, dReset, dh, dg, active)
                        }
                        resetUpdate.withFactor {
                            Product.run(
                                m: rows, n: units, k: 2 * units, dg, row: steps * 3 * units, $0,
                                start: .result,
                                into: dh, row: units)
                        }
                    }
                }
            }
        }
        withElements(initial) { initial in
            withElements(result.outputs, result.gates, result.candidate, dy) {
                outputs, gates, candidate, dy in
                dGates.modify { dGates in
                    dCandidate.modify { dCandidate in
                        dInitial.modify { dState in
                            write(dGates, dCandidate, dState, initial, outputs, gates, candidate, dy)
                        }
                    }
                }
            }
        }
        return Cotangents(gates: dGates, candidate: dCandidate, initial: dInitial)
    }

    func recurrentWeightGradient(_ result: Result, _ g: Cotangents) -> Tensor {
        let units = walk.units
        let resetUpdate = Recurrence.GatePart(cotangents: g.gates, from: 0, count: 2 * units, into: 0)
        if resetAfter {
            return walk.recurrentGradient(
                states: result.outputs, initial: initial,
                [resetUpdate, .init(cotangents: g.candidate, from: 0, count: units, into: 2 * units)])
        }
        // The candidate's state is r h, stored at its own step.
        let first = walk.recurrentGradient(states: result.outputs, initial: initial, [resetUpdate])
        let second = withElements(result.candidate, g.gates) { states, gates in
            sumOfChunks(walk.rows, perRow: units * units, shape: [units, units]) { range, sum in
                Product.run(
                    m: units, n: units, k: range.count, states + range.lowerBound * units, row: 1,
                    column: units,
                    .plain(gates + range.lowerBound * 3 * units + 2 * units, row: 3 * units), into: sum,
                    row: units)
            }
        }
        return concatenate([first, second], axis: 1)
    }

    func recurrentBiasGradient(_ g: Cotangents) -> Tensor {
        let units = walk.units
        let gates = g.gates.sum(to: [3 * units])
        guard resetAfter else { return gates }
        var total = gates
        let candidate = g.candidate.sum(to: [units])
        total.modify { total in
            candidate.withElements { (total + 2 * units).update(from: $0, count: units) }
        }
        return total
    }
}
