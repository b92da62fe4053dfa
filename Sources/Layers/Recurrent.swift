import Autograd
import Configuration

/// A recurrent layer as it is declared. Its options are its own keys, too: `gru.units`.
@dynamicMemberLookup
public protocol RecurrentSpec: LayerSpec {
    /// What all recurrent layers are asked for: units, layers, directions, output.
    var recurrent: RecurrentOptions { get set }
    /// How many times as many outputs as units a cell's matrices have.
    static var gates: Int { get }
    /// How many vectors of biases a cell has: one, or a second one for the state.
    var biases: Int { get }
    /// Changes the weights that a cell begins with.
    func prepare(_ cell: RecurrentCells.Cell)
    /// Walks over a sequence: the state at every step, [batch, time, units], and after the last, [batch, units].
    func walk(_ x: Tensor, lengths: [Int]?, _ cell: RecurrentCells.Cell, reversed: Bool) -> (
        outputs: Tensor, last: Tensor
    )
}

extension RecurrentSpec {
    public var biases: Int { 1 }
    public func prepare(_ cell: RecurrentCells.Cell) {}

    /// The options of `recurrent` by their own names.
    public subscript<Value>(dynamicMember path: WritableKeyPath<RecurrentOptions, Value>) -> Value {
        get { recurrent[keyPath: path] }
        set { recurrent[keyPath: path] = newValue }
    }

    /// One layer with Keras' initial weights and without dropout.
    public init(_ units: Int, bidirectional: Bool = false, output: RecurrentOutput = .sequence) {
        self.init()
        (recurrent.units, recurrent.bidirectional, recurrent.output) = (.number(units), bidirectional, output)
    }

    public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan {
        guard input.count == 2 else { throw needs("time, features", input) }
        let (units, layers) = (try recurrent.units.known(Self.type), recurrent.layers)
        let directions = recurrent.bidirectional ? 2 : 1
        let width = product(units, directions)
        let outputs = product(width, Self.gates)
        var whole = LayerPlan(
            output: recurrent.output == .sequence ? [input[0], width] : [width],
            kept: product(input[0], layers, width, Self.gates + 2))
        // All but the first are equal.
        for (features, count) in [(input[1], 1), (width, layers - 1)] {
            let inputs = min(features, LayerPlan.most) + min(units, LayerPlan.most)
            whole.parameters += product(outputs, inputs + biases, count)
            whole.multiplyAdds += product(outputs, inputs, input[0], count)
        }
        return whole
    }

    public func make(_ input: [Int], _ generator: RandomGenerator) throws(ShapeProblem) -> any Layer {
        _ = try plan(input)
        return Recurrent(self, features: input[1], generator)
    }
}

/// The layer of any `RecurrentSpec`: one or several on top of each other, in one or both directions.
public final class Recurrent<Spec: RecurrentSpec>: Layer {
    let options: Spec
    let cells: RecurrentCells

    public var spec: any LayerSpec { options }
    public var members: [Member] { cells.members }
    public var penalties: [Penalty] {
        cells.named.flatMap { _, cell in
            [cell.weight, cell.recurrentWeight].map {
                Penalty($0, l1: options.recurrent.l1, l2: options.recurrent.l2)
            }
        }
    }

    /// A layer with weights that `generator` draws, for sequences of [time, features].
    public init(_ spec: Spec, features: Int, _ generator: RandomGenerator) {
        options = spec
        cells = RecurrentCells(
            spec.recurrent, gates: Spec.gates, biases: spec.biases, features: features, generator)
        for (_, cell) in cells.named { spec.prepare(cell) }
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        cells.forward(x, pass, options.recurrent) { options.walk($0, lengths: $1, $2, reversed: $3) }
    }
}

/// Gated recurrent units.
public enum GRU {
    /// The options: [time, features] to [time, units], or to [units] where only the last state is put out. Both
    /// directions side by side give 2 * units.
    public struct Spec: RecurrentSpec {
        public var recurrent = RecurrentOptions()
        public var resetAfter = true

        public init() {}

        public static let type = "gru"
        public static let summary = "Gated recurrent units over the steps of a sequence."
        public static let fields: [Field<Self>] =
            group(\.recurrent) + [
                .init(
                    "reset_after", \.resetAfter,
                    "Whether the reset gate acts after the product with the state (PyTorch, Keras' default) or before it."
                )
            ]

        public static var gates: Int { 3 }
        public var biases: Int { resetAfter ? 2 : 1 }

        public func walk(
            _ x: Tensor, lengths: [Int]?, _ cell: RecurrentCells.Cell, reversed: Bool
        ) -> (outputs: Tensor, last: Tensor) {
            let result = gru(
                x, weight: cell.weight.tensor, recurrentWeight: cell.recurrentWeight.tensor,
                bias: cell.bias.tensor, recurrentBias: cell.recurrentBias?.tensor, lengths: lengths,
                reversed: reversed, resetAfter: resetAfter)
            return (result.outputs, result.last)
        }
    }
}

/// Long short-term memory.
public enum LSTM {
    /// The options: [time, features] to [time, units], or to [units] where only the last state is put out. Both
    /// directions side by side give 2 * units.
    public struct Spec: RecurrentSpec {
        public var recurrent = RecurrentOptions()
        public var unitForgetBias: Bool?

        public init() {}

        public static let type = "lstm"
        public static let summary = "Long short-term memory over the steps of a sequence."
        public static let fields: [Field<Self>] =
            group(\.recurrent) + [
                .init(
                    "unit_forget_bias", \.unitForgetBias,
                    "Whether the forget gate's bias begins at 1 (Keras); where it is null, unless bias_initializer is torch."
                )
            ]

        public static var gates: Int { 4 }

        public func prepare(_ cell: RecurrentCells.Cell) {
            guard unitForgetBias ?? (recurrent.biasInitializer != .torch) else { return }
            cell.bias.update { bias in
                let units = recurrent.units.value
                for unit in units..<2 * units { bias[unit] = 1 }
            }
        }

        public func walk(
            _ x: Tensor, lengths: [Int]?, _ cell: RecurrentCells.Cell, reversed: Bool
        ) -> (outputs: Tensor, last: Tensor) {
            let result = lstm(
                x, weight: cell.weight.tensor, recurrentWeight: cell.recurrentWeight.tensor,
                bias: cell.bias.tensor, lengths: lengths, reversed: reversed)
            return (result.outputs, result.last)
        }
    }
}
