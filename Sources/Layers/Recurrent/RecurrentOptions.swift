import Configuration

/// The output of a recurrent layer.
public enum RecurrentOutput: String, CaseIterable, ConfigurationValue {
    /// The hidden state at every step.
    case sequence
    /// The hidden state after the last valid step.
    case last
}

/// The options that all recurrent layers share.
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
        .init("units", \.units, "Size of the hidden state.", .required, .atLeast(1)),
        .init("num_layers", \.layers, "Number of stacked recurrent layers.", .range(1...1000)),
        .init(
            "bidirectional", \.bidirectional,
            "Whether a second layer reads the sequence backward; the outputs of both directions are concatenated."
        ),
        .init("output", \.output, "Whether to output the hidden state at every step or only the last one."),
        .init("dropout", \.dropout, "Dropout rate between stacked layers.", .range(0..<1)),
        .init("kernel_initializer", \.kernelInitializer, "Initializer of the input weights."),
        .init("recurrent_initializer", \.recurrentInitializer, "Initializer of the recurrent weights."),
        .init("bias_initializer", \.biasInitializer, "Initializer of the biases."),
        .init(
            "l1", \.l1, "L1 penalty on the input and recurrent weights, added to the loss.", .range(0...1e6)),
        .init(
            "l2", \.l2, "L2 penalty on the input and recurrent weights, added to the loss.", .range(0...1e6)),
    ]

    public init() {}

    public var validationIssues: [ValidationIssue] {
        dropout > 0 && layers == 1
            ? [
                ValidationIssue(
                    "dropout",
                    "applies between stacked layers, but \"num_layers\" is 1; remove it, or add a \"dropout\" layer after this one"
                )
            ] : []
    }
}
