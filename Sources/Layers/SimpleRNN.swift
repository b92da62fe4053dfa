import Autograd
import Configuration

/// h_t = f(x_t W + h_(t-1) U + b), one or several on top of each other.
public final class SimpleRNN: Layer {
    public struct Spec: LayerSpec {
        public var units = 1
        public var layers = 1
        public var bidirectional = false
        public var output = RecurrentOutput.sequence
        public var activation = Activation.tanh
        public var dropout = 0.0
        public var kernelInitializer = Initializer.glorotUniform
        public var recurrentInitializer = Initializer.orthogonal
        public var biasInitializer = Initializer.zeros

        public static let type = "rnn"
        public static let summary = "The plain recurrent layer over the steps of a sequence."
        public static let fields: [Field<Self>] = [
            .init("units", \.units, "Size of the state.", .required, .atLeast(1)),
            .init("layers", \.layers, "How many on top of each other.", .atLeast(1)),
            .init(
                "bidirectional", \.bidirectional,
                "Whether a second one walks backwards; both outputs are put side by side."),
            .init("output", \.output, "Every step's state, or the last."),
            .init("activation", \.activation, "Applied to the sums."),
            .init("dropout", \.dropout, "Dropout between the layers.", .atLeast(0), .below(1)),
            .init("kernel_initializer", \.kernelInitializer, "How the input's weights begin."),
            .init("recurrent_initializer", \.recurrentInitializer, "How the state's weights begin."),
            .init("bias_initializer", \.biasInitializer, "How the biases begin."),
        ]

        public init() {}
        public init(_ units: Int, bidirectional: Bool = false, output: RecurrentOutput = .sequence) {
            (self.units, self.bidirectional, self.output) = (units, bidirectional, output)
        }

        public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan {
            try recurrentPlan(
                input, gates: 1, biases: 1, units: units, layers: layers, bidirectional: bidirectional,
                output: output)
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(ShapeProblem) -> any Layer {
            _ = try plan(input)
            return SimpleRNN(self, features: input[1], generator)
        }
    }

    private let options: Spec
    let cells: RecurrentCells

    public var spec: any LayerSpec { options }
    public var members: [Member] { cells.members }

    public init(_ spec: Spec, features: Int, _ generator: RandomGenerator) {
        options = spec
        cells = RecurrentCells(
            gates: 1, biases: 1, units: spec.units, layers: spec.layers, bidirectional: spec.bidirectional,
            features: features,
            initializers: (spec.kernelInitializer, spec.recurrentInitializer, spec.biasInitializer), generator
        )
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        cells.forward(x, pass, dropout: options.dropout, output: options.output) {
            x, lengths, cell, reversed in
            walk(Signal(x, lengths: lengths), cell, reversed)
        }
    }

    private func walk(_ x: Signal, _ cell: RecurrentCells.Cell, _ reversed: Bool) -> (
        outputs: Tensor, last: Tensor
    ) {
        let (batch, steps, units) = (x.tensor.shape[0], x.tensor.shape[1], options.units)
        var state = Tensor.zeros([batch, units])
        guard steps > 0 else { return (.zeros([batch, 0, units]), state) }
        let ones = Array(repeating: 1, count: steps)
        let inputs = linear(x.masked, cell.weight.tensor, bias: cell.bias.tensor).split(sizes: ones, axis: 1)
        // [batch, 1] for each step: where the state moves on.
        let valid = x.mask?.split(sizes: ones, axis: 1)
        let recurrent = cell.recurrentWeight.tensor
        var outputs = Array(repeating: state, count: steps)
        for step in reversed ? Array((0..<steps).reversed()) : Array(0..<steps) {
            let next = options.activation(inputs[step].reshaped([batch, units]) + matmul(state, recurrent))
            state = valid.map { choose($0[step], next, state) } ?? next
            outputs[step] = valid.map { choose($0[step], next, 0) } ?? next
        }
        return (stack(outputs, axis: 1), state)
    }
}
