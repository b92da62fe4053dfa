import Autograd
import Configuration
import Layers

/// An exponential moving average of the parameters, which often generalizes better than the parameters themselves.
///
/// Buffers are not averaged: the averaged parameters are evaluated with the running statistics that batch normalization
/// collected during training.
public final class WeightAverage {
    /// The options of the moving average.
    public struct Spec: Options {
        public var decay = 0.999
        public var warmup = true

        public static let summary = "Exponential moving average of the weights, used for evaluation."
        public static let fields: [Field<Self>] = [
            .init("decay", \.decay, "Decay of the moving average per step.", .range(0..<1)),
            .init(
                "warmup", \.warmup,
                "Whether to limit the decay to (1 + n) / (10 + n) in step n, so that the initial weights are forgotten quickly."
            ),
        ]

        public init() {}
        /// Creates the options of an average; `decay` is in [0, 1).
        public init(decay: Double, warmup: Bool = true) {
            self.decay = decay
            self.warmup = warmup
        }
    }

    /// The options of the average.
    public let spec: Spec
    private let parameters: [(name: String, parameter: Parameter)]
    private var averages: [Tensor]
    private var steps = 0
    /// Whether the parameters currently hold the averages.
    public private(set) var isSwapped = false

    /// Creates an average that starts at the current values of the parameters.
    public init(_ spec: Spec, _ parameters: [(name: String, parameter: Parameter)]) {
        self.spec = spec
        self.parameters = parameters
        averages = parameters.map(\.parameter.value)
    }

    /// Updates the average; call it after each optimizer step.
    public func update() {
        require(
            !isSwapped, "WeightAverage.update: the parameters hold the averages; call swap() first")
        steps += 1
        let decay = spec.warmup ? min(spec.decay, Double(1 + steps) / Double(10 + steps)) : spec.decay
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

    /// Swaps averages and parameters; a second call restores them.
    public func swap() {
        for (index, (_, parameter)) in parameters.enumerated() {
            let value = parameter.value
            parameter.value = averages[index]
            averages[index] = value
        }
        isSwapped.toggle()
    }

    /// Calls `body` while the parameters hold the averages.
    public func withAverages<Result>(_ body: () throws -> Result) rethrows -> Result {
        swap()
        defer { swap() }
        return try body()
    }

    /// The averages by parameter name, and the number of steps.
    public var state: [(String, Tensor)] {
        require(!isSwapped, "WeightAverage.state: the parameters hold the averages; call swap() first")
        return [("steps", Tensor(bits: [UInt64(steps)]))]
            + zip(parameters, averages).map { ("average." + $0.name, $1) }
    }

    /// Restores a saved state. Throws a `WeightsError` that lists every mismatch, and then changes nothing.
    public func restore(_ state: [(String, Tensor)]) throws(WeightsError) {
        let expected = [("steps", [1, 4])] + parameters.map { ("average." + $0.name, $0.parameter.shape) }
        let owner = "the moving average of the weights"
        let tensors = try WeightsError.check(state, expected, owner: owner)
        steps = try WeightsError.counts(tensors[0], "steps", owner: owner)[0]
        averages = Array(tensors.dropFirst())
        isSwapped = false
    }
}
