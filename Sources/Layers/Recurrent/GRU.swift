import Autograd
import Configuration

/// A layer of gated recurrent units (Cho et al. 2014).
public typealias GRU = Recurrent<GRUSpec>

/// The options of `GRU`: [time, features] to [time, units], or to [units] if only the last hidden state is output. A
/// bidirectional layer outputs 2 * units.
public struct GRUSpec: RecurrentSpec {
    public var recurrent = RecurrentOptions()
    public var resetAfter = true

    public init() {}

    public static let type = "gru"
    public static let summary = "Gated recurrent unit (GRU) layer."
    public static let fields: [Field<Self>] =
        group(\.recurrent) + [
            .init(
                "reset_after", \.resetAfter,
                "Whether to apply the reset gate after the recurrent matrix product (PyTorch, Keras' default) or before it."
            )
        ]

    public static var gates: Int { 3 }
    public var biases: Int { resetAfter ? 2 : 1 }

    public func walk(
        _ x: Tensor, lengths: [Int]?, _ cell: RecurrentCell, reversed: Bool
    ) -> (outputs: Tensor, last: Tensor) {
        let result = gru(
            x, weight: cell.weight.tensor, recurrentWeight: cell.recurrentWeight.tensor,
            bias: cell.bias.tensor, recurrentBias: cell.recurrentBias?.tensor, lengths: lengths,
            reversed: reversed, resetAfter: resetAfter)
        return (result.outputs, result.last)
    }
}
