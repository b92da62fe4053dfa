import Autograd
import Classical
import Configuration

/// Standardizes each channel by its mean and standard deviation in the training data. `fit` computes the statistics,
/// which are saved with the model.
public final class FeatureNorm: Layer {
    /// The options, of which there are none: [..., channels]; the shape is kept.
    public struct Spec: LayerSpec {
        public static let type = "feature_norm"
        public static let summary =
            "Standardizes each channel by its mean and standard deviation in the training data."
        public static let fields: [Field<Self>] = []

        public init() {}

        public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
            guard let channels = input.last else { throw needs("..., channels", input) }
            return LayerPlan(output: input, buffers: 2 * channels, multiplyAdds: product(input))
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
            _ = try plan(input)
            return FeatureNorm(channels: input[input.count - 1])
        }
    }

    /// The mean and the standard deviation, [channels]: 0 and 1 until they are fitted.
    public let mean: Buffer, deviation: Buffer

    public var spec: any LayerSpec { Spec() }
    public var members: [Member] { [.buffer("mean", mean), .buffer("deviation", deviation)] }

    /// Whether the statistics were fitted or loaded.
    public var isFitted: Bool { mean.isAssigned }

    /// Creates a layer that must be fitted, or loaded from a file, before it is used.
    public init(channels: Int) {
        mean = Buffer(.zeros([channels]))
        deviation = Buffer(.ones([channels]))
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        require(
            isFitted || pass.isPlanning,
            "feature_norm is not fitted: call fitFeatureNorms(_:) on the model with training data, or fit(_:) on a layer "
                + "inside a custom layer, or load weights, before the first forward pass")
        return x.with((x.tensor - mean.value) / deviation.value)
    }

    /// Computes the mean and the standard deviation (divided by n) of each channel of the training data, without padding.
    /// A constant channel gets the deviation 1.
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
                    // Welford's algorithm, which avoids cancellation.
                    for channel in 0..<channels {
                        let value = Double(p[row * channels + channel])
                        let distance = value - means[channel]
                        means[channel] += distance / count
                        squares[channel] += distance * (value - means[channel])
                    }
                }
            }
        }
        mean.value = Tensor(means.map { Real($0) }, shape: [channels])
        // A deviation that underflows counts as zero.
        let deviations = squares.map { Real(($0 / Swift.max(count, 1)).squareRoot()) }
        deviation.value = Tensor(deviations.map { $0 > 0 ? $0 : 1 }, shape: [channels])
    }
}

extension FeatureNorm: FittedLayer {
    /// Computes the statistics of the inputs; labels are not used.
    public func fit(_ examples: FittingExamples, generator: RandomGenerator) { fit(examples.batches) }
}

extension Layer {
    /// Fits every `FeatureNorm` of a model to the inputs that reach it for the given training data; see `fitLayers(to:generator:)`.
    ///
    /// - Parameter keepingFitted: Whether to skip layers that were fitted or loaded before.
    public func fitFeatureNorms(_ batches: [Signal], keepingFitted: Bool = false) {
        fitLayers(batches) { layer, signals in
            guard let norm = layer as? FeatureNorm, !(keepingFitted && norm.isFitted) else { return }
            norm.fit(signals)
        }
    }
}
