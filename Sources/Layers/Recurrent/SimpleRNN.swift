import Autograd
import Configuration

/// An Elman recurrent layer: h_t = f(x_t W + h_(t-1) U + b).
public typealias SimpleRNN = Recurrent<SimpleRNNSpec>

/// The options of `SimpleRNN`: [time, features] to [time, units], or to [units] if only the last hidden state is output.
public struct SimpleRNNSpec: RecurrentSpec {
    public var recurrent = RecurrentOptions()
    public var activation = Activation.tanh

    public init() {}

    public static let type = "rnn"
    public static let summary = "Fully connected (Elman) recurrent layer."
    public static let fields: [Field<Self>] =
        group(\.recurrent) + [.init("activation", \.activation, "Activation of the hidden state.")]

    public static var gates: Int { 1 }

    public func walk(
        _ x: Tensor, lengths: [Int]?, _ cell: RecurrentCell, reversed: Bool
    ) -> (outputs: Tensor, last: Tensor) {
        let x = Signal(x, lengths: lengths)
        let (batch, steps, units) = (x.tensor.shape[0], x.tensor.shape[1], recurrent.units.value)
        var state = Tensor.zeros([batch, units])
        guard steps > 0 else { return (.zeros([batch, 0, units]), state) }
        let ones = Array(repeating: 1, count: steps)
        let inputs = linear(x.masked, cell.weight.tensor, bias: cell.bias.tensor).split(sizes: ones, axis: 1)
        // [batch, 1] for each step: 1 where the state is updated.
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
