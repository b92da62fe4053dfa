import Autograd
import Synchronization

/// The options of a recurrent layer that can continue from a state.
protocol ContinuedRecurrence: RecurrentSpec {
    /// Runs one layer forward from the state after the last part, nil at the beginning. Returns the hidden state at every
    /// step, and the state after the last one.
    func walk(_ x: Tensor, _ cell: RecurrentCell, from state: [Tensor]?) -> (outputs: Tensor, state: [Tensor])
}

extension GRUSpec: ContinuedRecurrence {
    func walk(_ x: Tensor, _ cell: RecurrentCell, from state: [Tensor]?) -> (outputs: Tensor, state: [Tensor])
    {
        let result = gru(
            x, weight: cell.weight.tensor, recurrentWeight: cell.recurrentWeight.tensor,
            bias: cell.bias.tensor, recurrentBias: cell.recurrentBias?.tensor, initial: state?[0],
            resetAfter: resetAfter)
        return (result.outputs, [result.last])
    }
}

extension LSTMSpec: ContinuedRecurrence {
    func walk(_ x: Tensor, _ cell: RecurrentCell, from state: [Tensor]?) -> (outputs: Tensor, state: [Tensor])
    {
        let result = lstm(
            x, weight: cell.weight.tensor, recurrentWeight: cell.recurrentWeight.tensor,
            bias: cell.bias.tensor, initial: state.map { ($0[0], $0[1]) })
        return (result.outputs, [result.last, result.cell])
    }
}

extension Recurrent: CausalLayer {
    public func streamed() throws(LayerError) -> any Layer {
        guard !options.recurrent.bidirectional else {
            throw LayerError(
                "a bidirectional \(Kind.type) needs the whole sequence and cannot process a stream; use "
                    + "\"bidirectional\": false")
        }
        guard let recurrence = options as? any ContinuedRecurrence else {
            throw needsWholeSequence(Kind.type)
        }
        return StreamedRecurrent(recurrence, numbered.map(\.cell), members: members)
    }
}

/// A unidirectional recurrent layer over a sequence in parts.
private final class StreamedRecurrent: Layer {
    private let options: any ContinuedRecurrence
    private let cells: [RecurrentCell]
    private let states: Mutex<[[Tensor]?]>

    let members: [Member]

    init(_ options: any ContinuedRecurrence, _ cells: [RecurrentCell], members: [Member]) {
        (self.options, self.cells, self.members) = (options, cells, members)
        states = Mutex(Array(repeating: nil, count: cells.count))
    }

    func forward(_ x: Signal, _ pass: Pass) -> Signal {
        var sequence = x.tensor
        var last = Tensor.zeros([sequence.shape[0], options.recurrent.units.value])
        states.withLock { states in
            for (index, cell) in cells.enumerated() {
                if sequence.shape[1] > 0 {
                    let (outputs, state) = options.walk(sequence, cell, from: states[index])
                    (sequence, states[index]) = (outputs, state)
                } else {
                    sequence = .zeros([sequence.shape[0], 0, options.recurrent.units.value])
                }
            }
            last = states.last.flatMap { $0?[0] } ?? last
        }
        return Signal(options.recurrent.output == .sequence ? sequence : last)
    }
}
