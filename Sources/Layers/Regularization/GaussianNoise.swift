import Autograd
import Configuration

/// Adds Gaussian noise in training.
public typealias GaussianNoise = FunctionLayer<GaussianNoiseSpec>

/// The options of `GaussianNoise`: any shape, which is kept.
public struct GaussianNoiseSpec: FunctionSpec {
    public var deviation = 0.1

    public static let type = "gaussian_noise"
    public static let summary = "Adds Gaussian noise in training."
    public static let fields: [Field<Self>] = [
        .init("std", \.deviation, "Standard deviation of the noise.", .required, .range(0...1e6))
    ]

    public init() {}

    public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan { LayerPlan(output: input) }

    public func apply(_ x: Signal, _ pass: Pass) -> Signal {
        guard pass.isTraining, let generator = pass.generator else { return x }
        let noise = Tensor.normal(
            x.tensor.shape, mean: 0, deviation: Real(deviation), using: generator)
        return x.with(x.tensor + noise)
    }
}
