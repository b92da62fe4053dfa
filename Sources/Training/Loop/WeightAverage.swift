import Autograd
import Configuration
import Layers

/// The exponential moving average of parameters, which often predicts better than the parameters themselves.
///
/// Buffers are not averaged: the running statistics of a batch norm stay those that training has gathered with the
/// parameters as they were at each step, and the averages are evaluated with them.
public final class WeightAverage {
    /// How fast the average follows the parameters.
    public struct Spec: Options {
        public var decay = 0.999
        public var warmUp = true

        public static let summary = "Exponential moving average of the weights, used for evaluation."
        public static let fields: [Field<Self>] = [
            .init("decay", \.decay, "Part of the average that stays in a step.", .range(0..<1)),
            .init(
                "warmup", \.warmUp,
                "Whether early steps n keep no more than (1 + n) / (10 + n), so that the first weights are forgotten."
            ),
        ]

        public init() {}
        /// `decay` is the part of the average that stays in a step, from 0 to below 1.
        public init(decay: Double, warmUp: Bool = true) {
            self.decay = decay
            self.warmUp = warmUp
        }
    }

    /// What it was made with.
    public let spec: Spec
    private let parameters: [(name: String, parameter: Parameter)]
    private var averages: [Tensor]
    private var steps = 0
    /// Whether the averages stand in the parameters now.
    public private(set) var isSwapped = false

    /// An average that begins with the parameters as they are.
    public init(_ spec: Spec, _ parameters: [(name: String, parameter: Parameter)]) {
        self.spec = spec
        self.parameters = parameters
        averages = parameters.map(\.parameter.value)
    }

    /// Takes the parameters in, after each step of the optimiser.
    public func update() {
        require(
            !isSwapped, "WeightAverage.update: the averages stand in the parameters; swap them back first")
        steps += 1
        let decay = spec.warmUp ? min(spec.decay, Double(1 + steps) / Double(10 + steps)) : spec.decay
        let share = Real(1 - decay)
        for (index, (_, parameter)) in parameters.enumerated() {
            let value = parameter.value
            averages[index].modify { average in
                nonisolated(unsafe) let average = average
                value.withElements { now in
                    Parallel.elements(value.count) { range in
                        for i in range { average[i] += share * (now[i] - average[i]) }
                    }
                }
            }
        }
    }

    /// Exchanges averages and parameters; a second call brings everything back.
    public func swap() {
        for (index, (_, parameter)) in parameters.enumerated() {
            let value = parameter.value
            parameter.value = averages[index]
            averages[index] = value
        }
        isSwapped.toggle()
    }

    /// Calls `body` with the averages in the parameters.
    public func withAverages<Result>(_ body: () throws -> Result) rethrows -> Result {
        swap()
        defer { swap() }
        return try body()
    }

    /// The averages by the parameters' names, and the number of steps.
    public var state: [(String, Tensor)] {
        require(!isSwapped, "WeightAverage.state: the averages stand in the parameters; swap them back first")
        return [("steps", Tensor(bits: [UInt64(steps)]))]
            + zip(parameters, averages).map { ("average." + $0.name, $1) }
    }

    /// Goes on from a saved state. Throws a `StateError` with everything that does not fit, and then changes nothing.
    public func restore(_ state: [(String, Tensor)]) throws(StateError) {
        let expected = [("steps", [1, 4])] + parameters.map { ("average." + $0.name, $0.parameter.shape) }
        let owner = "the average of the weights"
        let tensors = try StateError.check(state, expected, owner: owner)
        steps = try StateError.counts(tensors[0], "steps", owner: owner)[0]
        averages = Array(tensors.dropFirst())
        isSwapped = false
    }
}
