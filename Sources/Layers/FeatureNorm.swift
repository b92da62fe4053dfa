import Autograd
import Configuration

/// Brings each channel to mean 0 and deviation 1, by statistics of the training data that `fit` finds once. They are
/// saved with the model.
public final class FeatureNorm: Layer {
    /// Has no options: [..., channels] in the same shape.
    public struct Spec: LayerSpec {
        public static let type = "feature_norm"
        public static let summary = "Each channel normalised by its mean and deviation in the training data."
        public static let fields: [Field<Self>] = []

        public init() {}

        public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan {
            guard let channels = input.last else { throw needs("..., channels", input) }
            return LayerPlan(output: input, buffers: 2 * channels, multiplyAdds: product(input))
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(ShapeProblem) -> any Layer {
            _ = try plan(input)
            return FeatureNorm(channels: input[input.count - 1])
        }
    }

    /// What is taken off and what then divides, [channels]: 0 and 1 until they are fitted.
    public let mean: Buffer, deviation: Buffer

    public var spec: any LayerSpec { Spec() }
    public var members: [Member] { [.buffer("mean", mean), .buffer("deviation", deviation)] }

    /// Changes nothing until it is fitted.
    public init(channels: Int) {
        mean = Buffer(.zeros([channels]))
        deviation = Buffer(.ones([channels]))
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        x.with((x.tensor - mean.value) / deviation.value)
    }

    /// Takes mean and deviation (divided by n) of each channel from the training data, padding left out. A channel
    /// that never changes keeps the deviation 1.
    public func fit(_ batches: some Sequence<Signal>) {
        let channels = mean.shape[0]
        var count = 0.0
        var means = Array(repeating: 0.0, count: channels)
        var squares = means
        for batch in batches {
            let steps = batch.tensor.rank > 2 ? batch.tensor.shape[1] : 1
            let rows = batch.tensor.count / Swift.max(channels, 1)
            let rowsOfStep = rows / Swift.max(batch.tensor.shape[0] * steps, 1)
            batch.tensor.withElements { p in
                for row in 0..<rows {
                    if let lengths = batch.lengths {
                        let step = row / rowsOfStep
                        if step % steps >= lengths[step / steps] { continue }
                    }
                    count += 1
                    // Welford's way: no difference of large numbers.
                    for channel in 0..<channels {
                        let value = Double(p[row * channels + channel])
                        let distance = value - means[channel]
                        means[channel] += distance / count
                        squares[channel] += distance * (value - means[channel])
                    }
                }
            }
        }
        guard count > 0 else { return }
        mean.value = Tensor(means.map { Real($0) }, shape: [channels])
        // A deviation that is too small for a `Real` is none.
        let deviations = squares.map { Real(($0 / count).squareRoot()) }
        deviation.value = Tensor(deviations.map { $0 > 0 ? $0 : 1 }, shape: [channels])
    }
}

extension Layer {
    /// Whether this layer or one inside normalises by the training data.
    public var hasFeatureNorm: Bool {
        self is FeatureNorm
            || members.contains { if case .layer(_, let layer) = $0 { layer.hasFeatureNorm } else { false } }
    }

    /// Fits every `FeatureNorm` of a model, in the order in which they stand, on what reaches it. They may stand at
    /// the top, in lists and graphs of layers, in branches and in the bodies of residual layers.
    public func fitFeatureNorms(_ batches: [Signal]) {
        switch self {
        case let norm as FeatureNorm: norm.fit(batches)
        case let model as Model: model.layer.fitFeatureNorms(batches)
        case let graph as Graph: graph.fitParts(batches)
        case let branches as Branches: for branch in branches.branches { branch.fitFeatureNorms(batches) }
        case let residual as Residual: residual.body.fitFeatureNorms(batches)
        case let sequential as Sequential:
            var signals = batches
            for (index, layer) in sequential.layers.enumerated() {
                guard sequential.layers[index...].contains(where: \.hasFeatureNorm) else { return }
                layer.fitFeatureNorms(signals)
                signals = withoutRecording { signals.map { layer.forward($0, .inference) } }
            }
        default: break
        }
    }
}
