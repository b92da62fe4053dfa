import Autograd
import Configuration

/// A long short-term memory layer (Hochreiter and Schmidhuber 1997).
public typealias LSTM = Recurrent<LSTMSpec>

/// The options of `LSTM`: [time, features] to [time, units], or to [units] if only the last hidden state is output. A
/// bidirectional layer outputs 2 * units.
public struct LSTMSpec: RecurrentSpec {
    public var recurrent = RecurrentOptions()
    public var unitForgetBias: Bool?

    public init() {}

    public static let type = "lstm"
    public static let summary = "Long short-term memory (LSTM) layer."
    public static let fields: [Field<Self>] =
        group(\.recurrent) + [
            .init(
                "unit_forget_bias", \.unitForgetBias,
                "Whether to initialize the bias of the forget gate to 1 (Keras); `null` means true unless `bias_initializer` is `torch`."
            )
        ]

    public static var gates: Int { 4 }

    public func prepare(_ cell: RecurrentCell) {
        guard unitForgetBias ?? (recurrent.biasInitializer != .torch) else { return }
        cell.bias.update { bias in
            let units = recurrent.units.value
            for unit in units..<2 * units { bias[unit] = 1 }
        }
    }

    public func walk(
        _ x: Tensor, lengths: [Int]?, _ cell: RecurrentCell, reversed: Bool
    ) -> (outputs: Tensor, last: Tensor) {
        let result = lstm(
            x, weight: cell.weight.tensor, recurrentWeight: cell.recurrentWeight.tensor,
            bias: cell.bias.tensor, lengths: lengths, reversed: reversed)
        return (result.outputs, result.last)
    }
}
