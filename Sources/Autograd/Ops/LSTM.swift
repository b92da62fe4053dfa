import CKernels

// i, f, o = s(x W + h U + b)   g = tanh(x Wg + h Ug + bg)   c' = f c + i g   h' = o tanh(c')

/// Applies a long short-term memory (LSTM) to sequences.
///
/// - Parameters:
///   - x: The input, [batch, time, features].
///   - weight: [features, 4 units], with the gates in the order input, forget, cell, output (as in PyTorch and
///     Keras).
///   - recurrentWeight: [units, 4 units].
///   - bias: [4 units], the sum of PyTorch's two biases.
///   - initial: The initial hidden state and cell state, each [batch, units]. The default is zeros.
///   - lengths: The number of valid steps of each sequence. Outputs after them are zero, and the states are kept.
///   - reversed: Whether to process each sequence from its last valid step to its first. Outputs stay at their time
///     steps.
/// - Returns: The hidden state at every step, [batch, time, units], and the final hidden state and cell state,
///   [batch, units].
public func lstm(
    _ x: Tensor, weight: Tensor, recurrentWeight: Tensor, bias: Tensor? = nil,
    initial: (state: Tensor, cell: Tensor)? = nil, lengths: [Int]? = nil, reversed: Bool = false
) -> (outputs: Tensor, last: Tensor, cell: Tensor) {
    let walk = Recurrence(
        "lstm", gates: 4, x: x, weight: weight, recurrentWeight: recurrentWeight, bias: bias,
        recurrentBias: nil,
        initial: [initial?.state, initial?.cell], lengths: lengths, isReversed: reversed)
    let cell = LSTMCell(
        walk: walk, x: x.detached, weight: weight.detached, recurrentWeight: recurrentWeight.detached,
        bias: bias?.detached, initialState: initial?.state.detached, initialCell: initial?.cell.detached)
    let result = cell.forward()
    let outputs = record(
        "lstm",
        inputs: [x, weight, recurrentWeight] + [bias, initial?.state, initial?.cell].compactMap { $0 },
        outputs: [result.outputs, result.last, result.lastCell]
    ) { cotangents, wanted in
        let (units, rows) = (walk.units, walk.rows)
        let g = cell.backward(result, cotangents)
        var found: [Tensor?] = [
            wanted[0]
                ? multiplyRows(g.gates, rows: rows, cell.weight, transposed: true, shape: cell.x.shape) : nil,
            wanted[1] ? walk.inputGradient(x: cell.x, gates: g.gates) : nil,
            wanted[2]
                ? walk.recurrentGradient(
                    states: result.outputs, initial: cell.initialState,
                    [.init(cotangents: g.gates, from: 0, count: 4 * units, into: 0)]) : nil,
        ]
        if cell.bias != nil { found.append(g.gates.sum(to: [4 * units])) }
        if cell.initialState != nil { found += [g.state, g.cell] }
        return found
    }
    return (outputs[0], outputs[1], outputs[2])
}

private struct LSTMCell: Sendable {
    let walk: Recurrence
    let x: Tensor, weight: Tensor, recurrentWeight: Tensor
    let bias: Tensor?, initialState: Tensor?, initialCell: Tensor?

    struct Result: Sendable {
        var outputs: Tensor, last: Tensor, lastCell: Tensor
        /// The gates i, f, g and o at every step, and the cell state after it.
        var gates: Tensor, cells: Tensor
    }

    func forward() -> Result {
        let (units, steps, batch) = (walk.units, walk.steps, walk.batch)
        var gates = multiplyRows(
            x, rows: walk.rows, weight, bias: bias, shape: [batch, steps, 4 * units], isKept: !isRecording)
        var cells = Tensor.room([batch, steps, units])
        var outputs = Tensor.room([batch, steps, units])
        var last = initialState ?? .zeros([batch, units])
        var lastCell = initialCell ?? .zeros([batch, units])
        let recurrent = PackedMatrix(
            .init(rows: units, columns: 4 * units, row: 4 * units, column: 1), of: recurrentWeight,
            isKept: !isRecording)
        let write = {
            (
                gates: UnsafeMutablePointer<Real>, cells: UnsafeMutablePointer<Real>,
                outputs: UnsafeMutablePointer<Real>, last: UnsafeMutablePointer<Real>,
                lastCell: UnsafeMutablePointer<Real>
            ) in
            walk.forEachGroup { group in
                let h = last + group.lowerBound * units
                let c = lastCell + group.lowerBound * units
                walk.walk(group) { step, active in
                    let at = group.lowerBound * steps + step
                    let g = gates + at * 4 * units
                    recurrent.withFactor {
                        Product.run(
                            m: group.count, n: 4 * units, k: units, h, row: units, $0, start: .result,
                            into: g,
                            row: steps * 4 * units)
                    }
                    ck_lstm_step(
                        group.count, units, g, steps * 4 * units, h, c, cells + at * units, steps * units,
                        outputs + at * units, steps * units, active)
                }
            }
        }
        gates.modify { gates in
            cells.modify { cells in
                outputs.modify { outputs in
                    last.modify { last in lastCell.modify { write(gates, cells, outputs, last, $0) } }
                }
            }
        }
        return Result(outputs: outputs, last: last, lastCell: lastCell, gates: gates, cells: cells)
    }

    func backward(_ result: Result, _ cotangents: [Tensor?]) -> (gates: Tensor, state: Tensor, cell: Tensor) {
        let (units, steps, batch) = (walk.units, walk.steps, walk.batch)
        var dGates = Tensor.room(result.gates.shape)
        var dState = cotangents[1] ?? .zeros([batch, units])
        var dCell = cotangents[2] ?? .zeros([batch, units])
        // Without a cotangent of the outputs, every step reads the same zeros.
        let dy = cotangents[0] ?? .zeros([units])
        let (dySequence, dyRow) = cotangents[0] == nil ? (0, 0) : (steps * units, units)
        let recurrent = recurrentWeight.withElements {
            PackedMatrix(rows: 4 * units, columns: units, $0, row: 1, column: 4 * units)
        }
        let write = {
            (
                dGates: UnsafeMutablePointer<Real>, dState: UnsafeMutablePointer<Real>,
                dCell: UnsafeMutablePointer<Real>, initialCell: UnsafePointer<Real>?,
                gates: UnsafePointer<Real>,
                cells: UnsafePointer<Real>, dy: UnsafePointer<Real>
            ) in
            walk.forEachGroup { group in
                let rows = group.count
                let (dh, dc) = (dState + group.lowerBound * units, dCell + group.lowerBound * units)
                withUnsafeTemporaryAllocation(of: Real.self, capacity: rows * units) { room in
                    let before = room.baseAddress!
                    walk.walk(group, backwards: true) { step, active in
                        let at = group.lowerBound * steps + step
                        walk.stateBefore(step, group, outputs: cells, initial: initialCell, before)
                        ck_lstm_step_gradient(
                            rows, units, gates + at * 4 * units, steps * 4 * units, cells + at * units,
                            steps * units,
                            before, units, dy + group.lowerBound * dySequence + step * dyRow, dySequence, dh,
                            dc,
                            dGates + at * 4 * units, active)
                        recurrent.withFactor {
                            Product.run(
                                m: rows, n: units, k: 4 * units, dGates + at * 4 * units,
                                row: steps * 4 * units, $0,
                                start: .result, into: dh, row: units)
                        }
                    }
                }
            }
        }
        withElements(initialCell) { initialCell in
            withElements(result.gates, result.cells, dy) { gates, cells, dy in
                dGates.modify { dGates in
                    dState.modify { dState in
                        dCell.modify { write(dGates, dState, $0, initialCell, gates, cells, dy) }
                    }
                }
            }
        }
        return (dGates, dState, dCell)
    }
}
