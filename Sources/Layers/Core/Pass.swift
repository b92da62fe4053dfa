import Autograd

/// The mode of a forward pass.
public struct Pass: Sendable {
    /// Whether dropout, noise and batch statistics are active.
    public let isTraining: Bool
    /// The source of randomness of dropout and noise.
    public let generator: RandomGenerator?
    /// Records the weights of attention layers.
    let attention: LayerRecord<Tensor>?
    /// Records the outputs of layers.
    let outputs: LayerRecord<Signal>?
    /// Cuts the graph at the output of a layer.
    let tap: LayerTap?
    /// Whether only the shape of the output matters.
    private(set) var isPlanning = false
    /// Whether batch normalization takes its running statistics from the batch alone.
    private(set) var replacesStatistics = false
    /// The layers that run in inference mode although the pass is a training pass.
    private(set) var frozen: FrozenLayers?
    /// Whether the input is that of the model, so that the output of a frozen prefix may be kept.
    private(set) var isAtStart = false
    /// The layers that are recomputed in the backward pass.
    private var checkpointed: CheckpointedLayers?
    /// Whether this is the second run of a checkpointed layer, which must not change any state.
    private(set) var isReplay = false

    /// Creates a mode. A training pass without a generator uses batch statistics, but no dropout or noise.
    public init(isTraining: Bool, generator: RandomGenerator?) {
        self.init(isTraining: isTraining, generator: generator, attention: nil)
    }

    init(
        isTraining: Bool, generator: RandomGenerator?, attention: LayerRecord<Tensor>?,
        outputs: LayerRecord<Signal>? = nil, tap: LayerTap? = nil
    ) {
        self.isTraining = isTraining
        self.generator = generator
        self.attention = attention
        self.outputs = outputs
        self.tap = tap
    }

    /// Returns the output of a sublayer, and records it if outputs are recorded.
    public func run(_ layer: any Layer, _ x: Signal) -> Signal { run(layer, x, isFirst: false) }

    /// Returns the output of a sublayer, which may be the first one of layers in sequence.
    func run(_ layer: any Layer, _ x: Signal, isFirst: Bool) -> Signal {
        let output: Signal
        if let checkpointed, checkpointed.contains(layer) {
            output = checkpointing(x) { layer.forward($0, $1.entering(layer, first: isFirst)) }
        } else {
            output = layer.forward(x, entering(layer, first: isFirst))
        }
        outputs?.note(layer, output)
        return tap?.applied(to: output, of: layer) ?? output
    }

    /// Whether each layer must be run on its own, because its output is used.
    var isObserved: Bool { outputs != nil || tap != nil }

    /// Returns the pass in which the layers of `frozen` run in inference mode.
    public func freezing(_ frozen: FrozenLayers?) -> Pass {
        var pass = self
        (pass.frozen, pass.isAtStart) = (frozen, frozen != nil)
        return pass
    }

    /// Returns the pass in which `layers` are recomputed in the backward pass.
    public func checkpointing(_ layers: CheckpointedLayers?) -> Pass {
        var pass = self
        pass.checkpointed = layers
        return pass
    }

    /// Returns the pass inside of a checkpointed layer.
    func inside(isReplay: Bool) -> Pass {
        var pass = self
        (pass.checkpointed, pass.isReplay) = (nil, isReplay)
        return pass
    }

    /// Returns the pass for a sublayer. Only layers in sequence hand on the input of the model.
    ///
    /// - Parameter first: Whether the sublayer is the first one of layers in sequence.
    func entering(_ layer: any Layer, first: Bool) -> Pass {
        guard isAtStart, !(first && layer.isSequence) else { return self }
        var pass = self
        pass.isAtStart = false
        return pass
    }

    /// The pass without records of attention and outputs, for layers whose examples are not those of the batch.
    var withoutRecords: Pass {
        var pass = Pass(isTraining: isTraining, generator: generator, attention: nil, tap: tap)
        (pass.isPlanning, pass.frozen, pass.isAtStart) = (isPlanning, frozen, isAtStart)
        return pass
    }

    /// Inference: no dropout or noise, running statistics.
    public static let inference = Pass(isTraining: false, generator: nil)

    /// An inference pass for the shape of the output.
    static var planning: Pass {
        var pass = inference
        pass.isPlanning = true
        return pass
    }

    /// A pass with batch statistics, which replace the running ones, and without dropout or noise.
    static var estimatingStatistics: Pass {
        var pass = Pass(isTraining: true, generator: nil)
        pass.replacesStatistics = true
        return pass
    }

    /// Training: dropout and noise drawn from `generator`, batch statistics.
    public static func training(_ generator: RandomGenerator) -> Pass {
        Pass(isTraining: true, generator: generator)
    }
}
