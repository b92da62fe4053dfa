import Autograd
import Configuration

/// What a recurrent layer puts out.
public enum RecurrentOutput: String, CaseIterable, ConfigurationValue {
    /// The state at every step.
    case sequence
    /// The state after the last valid step.
    case last
}

/// Gated recurrent units, one or several on top of each other.
public final class GRU: Layer {
    public struct Spec: LayerSpec {
        public var units = 1
        public var layers = 1
        public var bidirectional = false
        public var output = RecurrentOutput.sequence
        public var resetAfter = true
        public var dropout = 0.0
        public var kernelInitializer = Initializer.glorotUniform
        public var recurrentInitializer = Initializer.orthogonal
        public var biasInitializer = Initializer.zeros

        public static let type = "gru"
        public static let summary = "Gated recurrent units over the steps of a sequence."
        public static let fields: [Field<Self>] = [
            .init("units", \.units, "Size of the state.", .required, .atLeast(1)),
            .init("layers", \.layers, "How many on top of each other.", .atLeast(1)),
            .init(
                "bidirectional", \.bidirectional,
                "Whether a second one walks backwards; both outputs are put side by side."),
            .init("output", \.output, "Every step's state, or the last."),
            .init(
                "reset_after", \.resetAfter,
                "Whether the reset gate acts after the product with the state (PyTorch, Keras' default) or before it."
            ),
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
                input, gates: 3, biases: resetAfter ? 2 : 1, units: units, layers: layers,
                bidirectional: bidirectional, output: output)
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(ShapeProblem) -> any Layer {
            _ = try plan(input)
            return GRU(self, features: input[1], generator)
        }
    }

    let options: Spec
    let cells: RecurrentCells

    public var spec: any LayerSpec { options }
    public var members: [Member] { cells.members }

    public init(_ spec: Spec, features: Int, _ generator: RandomGenerator) {
        options = spec
        cells = RecurrentCells(
            gates: 3, biases: spec.resetAfter ? 2 : 1, units: spec.units, layers: spec.layers,
            bidirectional: spec.bidirectional, features: features,
            initializers: (spec.kernelInitializer, spec.recurrentInitializer, spec.biasInitializer), generator
        )
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        cells.forward(x, pass, dropout: options.dropout, output: options.output) {
            x, lengths, cell, reversed in
            let result = gru(
                x, weight: cell.weight.tensor, recurrentWeight: cell.recurrentWeight.tensor,
                bias: cell.bias.tensor, recurrentBias: cell.recurrentBias?.tensor, lengths: lengths,
                reversed: reversed, resetAfter: options.resetAfter)
            return (result.outputs, result.last)
        }
    }
}

/// Long short-term memories, one or several on top of each other.
public final class LSTM: Layer {
    public struct Spec: LayerSpec {
        public var units = 1
        public var layers = 1
        public var bidirectional = false
        public var output = RecurrentOutput.sequence
        public var dropout = 0.0
        public var unitForgetBias = true
        public var kernelInitializer = Initializer.glorotUniform
        public var recurrentInitializer = Initializer.orthogonal
        public var biasInitializer = Initializer.zeros

        public static let type = "lstm"
        public static let summary = "Long short-term memory over the steps of a sequence."
        public static let fields: [Field<Self>] = [
            .init("units", \.units, "Size of the state.", .required, .atLeast(1)),
            .init("layers", \.layers, "How many on top of each other.", .atLeast(1)),
            .init(
                "bidirectional", \.bidirectional,
                "Whether a second one walks backwards; both outputs are put side by side."),
            .init("output", \.output, "Every step's state, or the last."),
            .init("dropout", \.dropout, "Dropout between the layers.", .atLeast(0), .below(1)),
            .init(
                "unit_forget_bias", \.unitForgetBias, "Whether the forget gate's bias begins at 1 (Keras)."),
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
                input, gates: 4, biases: 1, units: units, layers: layers, bidirectional: bidirectional,
                output: output)
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(ShapeProblem) -> any Layer {
            _ = try plan(input)
            return LSTM(self, features: input[1], generator)
        }
    }

    let options: Spec
    let cells: RecurrentCells

    public var spec: any LayerSpec { options }
    public var members: [Member] { cells.members }

    public init(_ spec: Spec, features: Int, _ generator: RandomGenerator) {
        options = spec
        cells = RecurrentCells(
            gates: 4, biases: 1, units: spec.units, layers: spec.layers, bidirectional: spec.bidirectional,
            features: features,
            initializers: (spec.kernelInitializer, spec.recurrentInitializer, spec.biasInitializer), generator
        )
        if spec.unitForgetBias {
            for (_, cell) in cells.named {
                cell.bias.update { bias in
                    for unit in spec.units..<2 * spec.units { bias[unit] = 1 }
                }
            }
        }
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        cells.forward(x, pass, dropout: options.dropout, output: options.output) {
            x, lengths, cell, reversed in
            let result = lstm(
                x, weight: cell.weight.tensor, recurrentWeight: cell.recurrentWeight.tensor,
                bias: cell.bias.tensor, lengths: lengths, reversed: reversed)
            return (result.outputs, result.last)
        }
    }
}

/// The weights of recurrent layers on top of each other, in one or both directions.
struct RecurrentCells: Sendable {
    struct Cell: Sendable {
        /// [features, gates * units], [units, gates * units] and [gates * units].
        let weight: Parameter, recurrentWeight: Parameter, bias: Parameter, recurrentBias: Parameter?
    }

    /// By layer, and in it by direction.
    private let cells: [[Cell]]

    /// In order, by layer and direction.
    var numbered: [(layer: Int, direction: Int, cell: Cell)] {
        cells.enumerated().flatMap { layer, directions in directions.enumerated().map { (layer, $0, $1) } }
    }

    /// In order, with what stands before the names of their weights: "0.forward."
    var named: [(prefix: String, cell: Cell)] {
        numbered.map { ("\($0)." + ($1 == 0 ? "forward." : "backward."), $2) }
    }

    var members: [Member] {
        named.flatMap { prefix, cell -> [Member] in
            [
                .parameter(prefix + "weight", cell.weight),
                .parameter(prefix + "recurrent_weight", cell.recurrentWeight),
                .parameter(prefix + "bias", cell.bias),
            ] + (cell.recurrentBias.map { [.parameter(prefix + "recurrent_bias", $0)] } ?? [])
        }
    }

    init(
        gates: Int, biases: Int, units: Int, layers: Int, bidirectional: Bool, features: Int,
        initializers: (kernel: Initializer, recurrent: Initializer, bias: Initializer),
        _ generator: RandomGenerator
    ) {
        let directions = bidirectional ? 2 : 1
        let width = gates * units
        cells = (0..<layers).map { layer in
            let inputs = layer == 0 ? features : units * directions
            return (0..<directions).map { direction in
                let source = generator.split("\(layer).\(direction)")
                func make(_ name: String, _ shape: [Int], _ initializer: Initializer, fanIn: Int) -> Parameter
                {
                    Parameter(initializer.make(shape, fanIn: fanIn, fanOut: width, source.split(name)))
                }
                return Cell(
                    weight: make("weight", [inputs, width], initializers.kernel, fanIn: inputs),
                    recurrentWeight: make("recurrent", [units, width], initializers.recurrent, fanIn: units),
                    bias: make("bias", [width], initializers.bias, fanIn: units),
                    recurrentBias: biases == 2
                        ? make("recurrent_bias", [width], initializers.bias, fanIn: units) : nil)
            }
        }
    }

    /// Runs all layers; `run` gives the outputs and the last state of one direction of one layer.
    func forward(
        _ x: Signal, _ pass: Pass, dropout rate: Double, output: RecurrentOutput,
        _ run: (Tensor, [Int]?, Cell, _ reversed: Bool) -> (outputs: Tensor, last: Tensor)
    ) -> Signal {
        var sequence = x.tensor
        var last: [Tensor] = []
        for (index, directions) in cells.enumerated() {
            if index > 0, pass.isTraining, let generator = pass.generator {
                sequence = dropout(sequence, probability: rate, using: generator)
            }
            let results = directions.enumerated().map { run(sequence, x.lengths, $1, $0 == 1) }
            sequence = results.count == 1 ? results[0].outputs : concatenate(results.map(\.outputs), axis: 2)
            last = results.map(\.last)
        }
        switch output {
        case .sequence: return x.withClean(sequence)
        case .last: return Signal(last.count == 1 ? last[0] : concatenate(last, axis: 1))
        }
    }
}

extension LayerSpec {
    func recurrentPlan(
        _ input: [Int], gates: Int, biases: Int, units: Int, layers: Int, bidirectional: Bool,
        output: RecurrentOutput
    ) throws(ShapeProblem) -> LayerPlan {
        guard input.count == 2 else { throw needs("time, features", input) }
        let directions = bidirectional ? 2 : 1
        var (parameters, multiplyAdds) = (0, 0)
        for layer in 0..<layers {
            let features = layer == 0 ? input[1] : units * directions
            parameters += directions * gates * units * (features + units + biases)
            multiplyAdds += directions * gates * units * (features + units) * input[0]
        }
        let width = units * directions
        return LayerPlan(
            output: output == .sequence ? [input[0], width] : [width], parameters: parameters,
            multiplyAdds: multiplyAdds, kept: input[0] * layers * width * (gates + 2))
    }
}
