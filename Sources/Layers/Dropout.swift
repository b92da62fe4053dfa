import Autograd
import Configuration

/// Sets elements to zero at random in training and scales the others up, so that the mean stays.
public final class Dropout: Layer {
    public struct Spec: LayerSpec {
        public var rate = 0.5

        public static let type = "dropout"
        public static let summary = "Sets elements to zero at random in training."
        public static let fields: [Field<Self>] = [
            .init(
                "rate", \.rate, "Part of the elements that is set to zero.", .required, .atLeast(0), .below(1)
            )
        ]

        public init() {}
        public init(_ rate: Double) { self.rate = rate }

        public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan { LayerPlan(output: input) }
        public func make(_ input: [Int], _ generator: RandomGenerator) throws(ShapeProblem) -> any Layer {
            Dropout(self)
        }
    }

    private let options: Spec
    public var spec: any LayerSpec { options }
    public var members: [Member] { [] }

    public init(_ spec: Spec) { options = spec }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        guard pass.isTraining, let generator = pass.generator else { return x }
        return x.with(dropout(x.tensor, probability: options.rate, using: generator))
    }
}

/// Dropout of whole channels: a channel of an example is kept or dropped for all its steps or places.
public final class SpatialDropout: Layer {
    public struct Spec: LayerSpec {
        public var rate = 0.5

        public static let type = "spatial_dropout"
        public static let summary = "Sets whole channels of an example to zero at random in training."
        public static let fields: [Field<Self>] = [
            .init(
                "rate", \.rate, "Part of the channels that is set to zero.", .required, .atLeast(0), .below(1)
            )
        ]

        public init() {}

        public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan {
            guard input.count >= 2 else { throw needs("time or height and width, channels", input) }
            return LayerPlan(output: input)
        }
        public func make(_ input: [Int], _ generator: RandomGenerator) throws(ShapeProblem) -> any Layer {
            _ = try plan(input)
            return SpatialDropout(self)
        }
    }

    private let options: Spec
    public var spec: any LayerSpec { options }
    public var members: [Member] { [] }

    public init(_ spec: Spec) { options = spec }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        guard pass.isTraining, let generator = pass.generator else { return x }
        let shared = Array(1..<x.tensor.rank - 1)
        return x.with(
            dropout(x.tensor, probability: options.rate, sharedAxes: shared, using: generator))
    }
}

/// Normal noise added in training.
public final class GaussianNoise: Layer {
    public struct Spec: LayerSpec {
        public var deviation = 0.1

        public static let type = "gaussian_noise"
        public static let summary = "Adds normal noise in training."
        public static let fields: [Field<Self>] = [
            .init("deviation", \.deviation, "Standard deviation of the noise.", .required, .atLeast(0))
        ]

        public init() {}

        public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan { LayerPlan(output: input) }
        public func make(_ input: [Int], _ generator: RandomGenerator) throws(ShapeProblem) -> any Layer {
            GaussianNoise(self)
        }
    }

    private let options: Spec
    public var spec: any LayerSpec { options }
    public var members: [Member] { [] }

    public init(_ spec: Spec) { options = spec }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        guard pass.isTraining, let generator = pass.generator else { return x }
        let noise = Tensor.normal(
            x.tensor.shape, mean: 0, deviation: Real(options.deviation), using: generator)
        return x.with(x.tensor + noise)
    }
}
