import Autograd
import Configuration
import Synchronization

/// Batch normalization: normalizes each channel over the batch, then scales and shifts it. Inference uses running
/// statistics. Padding is ignored.
public final class BatchNorm: Absorbing {
    /// The options, with Keras' defaults: [..., channels]; the shape is kept.
    public struct Spec: LayerSpec {
        public var momentum = 0.99
        public var epsilon = 1e-3
        public var scale = true
        public var shift = true
        public var unbiased = false

        public static let type = "batch_norm"
        public static let summary = "Batch normalization."
        public static let fields: [Field<Self>] = [
            .init(
                "momentum", \.momentum,
                "Momentum of the running statistics in Keras' convention (PyTorch's 0.1 corresponds to 0.9).",
                .range(0...1)),
            .init(
                "epsilon", \.epsilon, "Added to the variance (Keras 1e-3, PyTorch 1e-5).", .range(1e-12...1)),
            .init("scale", \.scale, "Whether to apply a trainable scale."),
            .init("shift", \.shift, "Whether to apply a trainable shift."),
            .init(
                "unbiased", \.unbiased,
                "Whether the running variance is the unbiased estimate, divided by n - 1 (PyTorch) instead of n (Keras)."
            ),
        ]

        public init() {}

        public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
            guard let channels = input.last else { throw needs("..., channels", input) }
            return LayerPlan(
                output: input, parameters: ((scale ? 1 : 0) + (shift ? 1 : 0)) * channels,
                buffers: 2 * channels, multiplyAdds: input.reduce(1, *))
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
            _ = try plan(input)
            return BatchNorm(self, channels: input[input.count - 1])
        }
    }

    private let options: Spec
    /// The scale and the shift, [channels]; nil if the options disable them.
    public let gamma: Parameter?, beta: Parameter?
    /// The running statistics, [channels]: 0 and 1 before the first training step.
    public let runningMean: Buffer, runningVariance: Buffer
    private let lastFixed = Mutex<FixedNorm?>(nil)

    public var spec: any LayerSpec { options }
    public var members: [Member] {
        (gamma.map { [.parameter("weight", $0)] } ?? []) + (beta.map { [.parameter("bias", $0)] } ?? [])
            + [.buffer("running_mean", runningMean), .buffer("running_variance", runningVariance)]
    }

    /// Creates a layer with scales of 1 and shifts of 0.
    public init(_ spec: Spec = Spec(), channels: Int) {
        options = spec
        gamma = spec.scale ? Parameter(.ones([channels])) : nil
        beta = spec.shift ? Parameter(.zeros([channels])) : nil
        runningMean = Buffer(.zeros([channels]))
        runningVariance = Buffer(.ones([channels]))
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        forward(x, pass, followedBy: []).signal
    }

    func forward(_ x: Signal, _ pass: Pass, followedBy rest: ArraySlice<any Layer>) -> (
        signal: Signal, taken: Int
    ) {
        let epsilon = Real(options.epsilon)
        let following = rest.first?.activation?.ofNorm
        let (activation, taken) = (following ?? .none, following == nil ? 0 : 1)
        guard pass.isTraining, pass.frozen?.contains(self) != true else {
            let x = x.cleaned
            let y = batchNorm(
                x.tensor, mean: runningMean.value, variance: runningVariance.value, gamma: gamma?.tensor,
                beta: beta?.tensor, epsilon: epsilon, activation: activation)
            return (x.with(y), taken)
        }
        let signal = x.withValidSteps { tensor in
            let (y, mean, variance, count) = batchNorm(
                tensor, gamma: gamma?.tensor, beta: beta?.tensor, epsilon: epsilon, activation: activation)
            if count > 0, !pass.isReplay {
                follow(mean, variance, count, stays: pass.replacesStatistics ? 0 : options.momentum)
            }
            return y
        }
        return (signal, taken)
    }

    /// Returns this layer in inference, and an activation after it, in a form that another operation can fuse.
    func fixed(activation: NormActivation) -> FixedNorm {
        lastFixed.withLock { last in
            let norm = FixedNorm(
                mean: runningMean.value, variance: runningVariance.value, gamma: gamma?.value,
                beta: beta?.value, epsilon: Real(options.epsilon), activation: activation, reusing: last)
            last = norm
            return norm
        }
    }

    private func follow(_ mean: Tensor, _ variance: Tensor, _ count: Int, stays momentum: Double) {
        let stays = Real(momentum)
        let correction = options.unbiased && count > 1 ? Real(count) / Real(count - 1) : 1
        withoutRecording {
            runningMean.value = runningMean.value * stays + mean * (1 - stays)
            runningVariance.value = runningVariance.value * stays + variance * ((1 - stays) * correction)
        }
    }
}

extension Signal {
    /// Applies `body` to the valid steps only, as rows of channels, and sets the padding to zero. Without padding, `body`
    /// receives the tensor unchanged.
    func withValidSteps(_ body: (Tensor) -> Tensor) -> Signal {
        guard let lengths, lengths.contains(where: { $0 < tensor.shape[1] }) else {
            return with(body(tensor))
        }
        let (steps, width) = (tensor.shape[1], tensor.shape[2...].reduce(1, *))
        let channels = tensor.shape[tensor.rank - 1]
        let rows = lengths.enumerated().flatMap { row, length in (0..<length).map { row * steps + $0 } }
        let valid = tensor.reshaped([lengths.count * steps, width]).indexSelected(Indices(rows), axis: 0)
        let y = body(valid.reshaped([rows.count * (width / max(channels, 1)), channels]))
            .reshaped([rows.count, width])
        // The index of the result row of each step, or of the zero row after the last.
        var place = Array(repeating: rows.count, count: lengths.count * steps)
        for (from, to) in rows.enumerated() { place[to] = from }
        let padded = concatenate([y, .zeros([1, width])], axis: 0)
        return withClean(padded.indexSelected(Indices(place), axis: 0).reshaped(tensor.shape))
    }
}
