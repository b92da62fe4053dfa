import Autograd

/// The weights of one direction of one stacked recurrent layer.
public struct RecurrentCell: Sendable {
    /// The input weights, [inputs, gates * units].
    public let weight: Parameter
    /// The recurrent weights, [units, gates * units].
    public let recurrentWeight: Parameter
    /// The input bias, [gates * units].
    public let bias: Parameter
    /// The recurrent bias, [gates * units]; nil if the cell has a single bias.
    public let recurrentBias: Parameter?

    init(_ spec: some RecurrentSpec, inputs: Int, _ generator: RandomGenerator) {
        let options = spec.recurrent
        let units = options.units.value
        let width = Swift.type(of: spec).gates * units
        func make(
            _ name: String, _ shape: [Int], _ initializer: Initializer, _ role: Initializer.Role, fanIn: Int
        ) -> Parameter {
            let fanIn = initializer == .torch ? units : fanIn
            return Parameter(
                initializer.make(shape, fanIn: fanIn, fanOut: width, for: role, generator.split(name)))
        }
        weight = make("weight", [inputs, width], options.kernelInitializer, .kernel, fanIn: inputs)
        recurrentWeight = make(
            "recurrent", [units, width], options.recurrentInitializer, .state, fanIn: units)
        bias = make("bias", [width], options.biasInitializer, .bias, fanIn: units)
        recurrentBias =
            spec.biases == 2
            ? make("recurrent_bias", [width], options.biasInitializer, .bias, fanIn: units) : nil
        spec.prepare(self)
    }
}
