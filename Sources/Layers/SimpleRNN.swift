import Autograd
import Configuration

/// h_t = f(x_t W + h_(t-1) U + b).
public enum SimpleRNN {
    /// The options: [time, features] to [time, units], or to [units] where only the last state is put out.
    public struct Spec: RecurrentSpec {
        public var recurrent = RecurrentOptions()
        public var activation = Activation.tanh

        public init() {}

        public static let type = "rnn"
        public static let summary = "The plain recurrent layer over the steps of a sequence."
        public static let fields: [Field<Self>] =
            group(\.recurrent) + [.init("activation", \.activation, "Applied to the sums.")]

        public static var gates: Int { 1 }

        public func walk(
            _ x: Tensor, lengths: [Int]?, _ cell: RecurrentCells.Cell, reversed: Bool
        ) -> (outputs: Tensor, last: Tensor) {
            let x = Signal(x, lengths: lengths)
            let (batch, steps, units) = (x.tensor.shape[0], x.tensor.shape[1], recurrent.units.value)
            var state = Tensor.zeros([batch, units])
            guard steps > 0 else { return (.zeros([batch, 0, units]), state) }
            let ones = Array(repeating: 1, count: steps)
            let inputs = linear(x.masked, cell.weight.tensor, bias: cell.bias.tensor).split(
                sizes: ones, axis: 1)
            // [batch, 1] for each step: where the state moves on.
            let valid = x.mask?.split(sizes: ones, axis: 1)
            let weight = cell.recurrentWeight.tensor
            var outputs = Array(repeating: state, count: steps)
            for step in reversed ? Array((0..<steps).reversed()) : Array(0..<steps) {
                let next = activation(inputs[step].reshaped([batch, units]) + matmul(state, weight))
                state = valid.map { choose($0[step], next, state) } ?? next
                outputs[step] = valid.map { choose($0[step], next, 0) } ?? next
            }
            return (stack(outputs, axis: 1), state)
        }
    }
}
