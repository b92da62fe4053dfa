import Autograd
import Configuration

/// What a recurrent layer puts out.
public enum RecurrentOutput: String, CaseIterable, ConfigurationValue {
    /// The state at every step.
    case sequence
    /// The state after the last valid step.
    case last
}

/// The options of every recurrent layer.
public struct RecurrentOptions: Options {
    public var units: Units = 1
    public var layers = 1
    public var bidirectional = false
    public var output = RecurrentOutput.sequence
    public var dropout = 0.0
    public var kernelInitializer = Initializer.glorotUniform
    public var recurrentInitializer = Initializer.orthogonal
    public var biasInitializer = Initializer.zeros
    public var l1 = 0.0
    public var l2 = 0.0

    public static let fields: [Field<Self>] = [
        .init("units", \.units, "Size of the state.", .required, .atLeast(1)),
        .init("num_layers", \.layers, "How many on top of each other.", .range(1...1000)),
        .init(
            "bidirectional", \.bidirectional,
            "Whether a second one walks backwards; both outputs are put side by side."),
        .init("output", \.output, "Every step's state, or the last."),
        .init("dropout", \.dropout, "Dropout between the layers.", .range(0..<1)),
        .init("kernel_initializer", \.kernelInitializer, "How the input's weights begin."),
        .init("recurrent_initializer", \.recurrentInitializer, "How the state's weights begin."),
        .init("bias_initializer", \.biasInitializer, "How the biases begin."),
        .init(
            "l1", \.l1, "Penalty on the size of the weights of input and state, added to the loss.",
            .range(0...1e6)),
        .init(
            "l2", \.l2, "Penalty on the squares of the weights of input and state, added to the loss.",
            .range(0...1e6)),
    ]

    public init() {}

    public var complaints: [Complaint] {
        dropout > 0 && layers == 1
            ? [
                Complaint(
                    "dropout",
                    "acts between layers, and there is one; leave it out, or put a \"dropout\" layer behind this one"
                )
            ] : []
    }
}

/// The weights of recurrent layers on top of each other, in one or both directions.
public struct RecurrentCells: Sendable {
    /// The weights of one direction of one layer.
    public struct Cell: Sendable {
        /// [features, gates * units], [units, gates * units] and [gates * units].
        public let weight: Parameter, recurrentWeight: Parameter, bias: Parameter, recurrentBias: Parameter?
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
        _ options: RecurrentOptions, gates: Int, biases: Int, features: Int, _ generator: RandomGenerator
    ) {
        let units = options.units.value
        let width = gates * units
        let directions = options.bidirectional ? 2 : 1
        cells = (0..<options.layers).map { layer in
            let inputs = layer == 0 ? features : units * directions
            return (0..<directions).map { direction in
                let source = generator.split("\(layer).\(direction)")
                func make(
                    _ name: String, _ shape: [Int], _ initializer: Initializer, _ role: Initializer.Role,
                    fanIn: Int
                ) -> Parameter {
                    let fanIn = initializer == .torch ? units : fanIn
                    return Parameter(
                        initializer.make(shape, fanIn: fanIn, fanOut: width, for: role, source.split(name)))
                }
                return Cell(
                    weight: make(
                        "weight", [inputs, width], options.kernelInitializer, .kernel, fanIn: inputs),
                    recurrentWeight: make(
                        "recurrent", [units, width], options.recurrentInitializer, .state, fanIn: units),
                    bias: make("bias", [width], options.biasInitializer, .bias, fanIn: units),
                    recurrentBias: biases == 2
                        ? make("recurrent_bias", [width], options.biasInitializer, .bias, fanIn: units) : nil)
            }
        }
    }

    /// Runs all layers; `run` gives the outputs and the last state of one direction of one layer.
    func forward(
        _ x: Signal, _ pass: Pass, _ options: RecurrentOptions,
        _ run: (Tensor, [Int]?, Cell, _ reversed: Bool) -> (outputs: Tensor, last: Tensor)
    ) -> Signal {
        var sequence = x.tensor
        var last: [Tensor] = []
        for (index, directions) in cells.enumerated() {
            if index > 0, pass.isTraining, let generator = pass.generator {
                sequence = dropout(sequence, probability: options.dropout, using: generator)
            }
            let results = directions.enumerated().map { run(sequence, x.lengths, $1, $0 == 1) }
            sequence = results.count == 1 ? results[0].outputs : concatenate(results.map(\.outputs), axis: 2)
            last = results.map(\.last)
        }
        switch options.output {
        case .sequence: return x.withClean(sequence)
        case .last: return Signal(last.count == 1 ? last[0] : concatenate(last, axis: 1))
        }
    }
}
