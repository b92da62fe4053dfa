import Autograd

/// A recurrent layer: `GRU`, `LSTM` or `SimpleRNN`, possibly stacked and bidirectional.
public final class Recurrent<Kind: RecurrentSpec>: Layer {
    /// The options that a config decodes.
    public typealias Spec = Kind

    let options: Kind
    /// The cells of each stacked layer, by direction.
    private let cells: [[RecurrentCell]]

    public var spec: any LayerSpec { options }
    public var members: [Member] {
        named.flatMap { prefix, cell -> [Member] in
            [
                .parameter(prefix + "weight", cell.weight),
                .parameter(prefix + "recurrent_weight", cell.recurrentWeight),
                .parameter(prefix + "bias", cell.bias),
            ] + (cell.recurrentBias.map { [.parameter(prefix + "recurrent_bias", $0)] } ?? [])
        }
    }
    public var penalties: [Penalty] {
        named.flatMap { _, cell in
            [cell.weight, cell.recurrentWeight].map {
                Penalty($0, l1: options.recurrent.l1, l2: options.recurrent.l2)
            }
        }
    }

    /// Creates a layer for sequences of shape [time, inputs], with weights drawn from `generator`.
    public init(_ spec: Kind, inputs: Int, _ generator: RandomGenerator) {
        options = spec
        let width = spec.recurrent.units.value * (spec.recurrent.bidirectional ? 2 : 1)
        cells = (0..<spec.recurrent.layers).map { layer in
            (0..<(spec.recurrent.bidirectional ? 2 : 1)).map { direction in
                RecurrentCell(
                    spec, inputs: layer == 0 ? inputs : width, generator.split("\(layer).\(direction)"))
            }
        }
    }

    /// Creates a layer for sequences of shape [time, inputs].
    ///
    /// - Parameters:
    ///   - units: The size of the hidden state.
    ///   - layers: The number of stacked layers.
    ///   - bidirectional: Whether a second layer reads the sequence backward.
    ///   - output: Whether to output every hidden state or only the last one.
    ///   - dropout: The dropout rate between stacked layers.
    ///   - inputs: The number of input features per step.
    ///   - generator: The source of the initial weights; each layer draws its own seed from it.
    public convenience init(
        units: Int, layers: Int = 1, bidirectional: Bool = false, output: RecurrentOutput = .sequence,
        dropout: Double = 0, inputs: Int, generator: RandomGenerator
    ) {
        var spec = Kind(units, bidirectional: bidirectional, output: output)
        (spec.recurrent.layers, spec.recurrent.dropout) = (layers, dropout)
        self.init(spec, inputs: inputs, generator.forLayer())
    }

    /// The cells in order, with their layer and direction.
    var numbered: [(layer: Int, direction: Int, cell: RecurrentCell)] {
        cells.enumerated().flatMap { layer, directions in directions.enumerated().map { (layer, $0, $1) } }
    }

    /// The cells in order, with the prefix of their parameters' names: "0.forward.".
    var named: [(prefix: String, cell: RecurrentCell)] {
        numbered.map { ("\($0)." + ($1 == 0 ? "forward." : "backward."), $2) }
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        var sequence = x.tensor
        var last: [Tensor] = []
        for (index, directions) in cells.enumerated() {
            if index > 0, pass.isTraining, let generator = pass.generator {
                sequence = dropout(sequence, probability: options.recurrent.dropout, using: generator)
            }
            let results = walk(sequence, lengths: x.lengths, directions)
            sequence = results.count == 1 ? results[0].outputs : concatenate(results.map(\.outputs), axis: 2)
            last = results.map(\.last)
        }
        switch options.recurrent.output {
        case .sequence: return x.withClean(sequence)
        case .last: return Signal(last.count == 1 ? last[0] : concatenate(last, axis: 1))
        }
    }

    /// Runs each direction. A few sequences are a single chunk of work, so their directions are computed at the same time.
    private func walk(
        _ x: Tensor, lengths: [Int]?, _ cells: [RecurrentCell]
    ) -> [(outputs: Tensor, last: Tensor)] {
        let walk = { [options] direction in
            options.walk(x, lengths: lengths, cells[direction], reversed: direction == 1)
        }
        // Nodes are recorded on the calling thread.
        guard x.shape[0] <= 8, !isRecording else { return cells.indices.map(walk) }
        var results = [(outputs: Tensor, last: Tensor)?](repeating: nil, count: cells.count)
        results.withUnsafeMutableBufferPointer { results in
            Parallel.chunks(cells.count) { direction in
                results[direction] = withoutRecording { walk(direction) }
            }
        }
        return results.compactMap(\.self)
    }
}
