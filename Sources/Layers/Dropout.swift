import Autograd
import Configuration

/// Sets elements to zero at random in training and scales the others up, so that the mean stays.
public enum Dropout {
    /// The options: any shape, which stays.
    public struct Spec: FunctionSpec {
        public var rate = 0.5

        public static let type = "dropout"
        public static let summary = "Sets elements to zero at random in training."
        public static let fields: [Field<Self>] = [
            .init("rate", \.rate, "Part of the elements that is set to zero.", .required, .range(0..<1))
        ]

        public init() {}
        /// `rate` is the part that is set to zero, from 0 to below 1.
        public init(_ rate: Double) { self.rate = rate }

        public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan { LayerPlan(output: input) }

        public func apply(_ x: Signal, _ pass: Pass) -> Signal {
            x.with(dropped(x.tensor, rate, pass, sharedAxes: []))
        }
    }
}

/// Dropout of whole channels: a channel of an example is kept or dropped for all its steps or places.
public enum SpatialDropout {
    /// The options: [time, channels] or [height, width, channels] in the same shape (Keras' SpatialDropout).
    public struct Spec: FunctionSpec {
        public var rate = 0.5

        public static let type = "spatial_dropout"
        public static let summary = "Sets whole channels of an example to zero at random in training."
        public static let fields: [Field<Self>] = [
            .init("rate", \.rate, "Part of the channels that is set to zero.", .required, .range(0..<1))
        ]

        public init() {}
        /// `rate` is the part of the channels that is set to zero, from 0 to below 1.
        public init(_ rate: Double) { self.rate = rate }

        public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan {
            guard input.count >= 2 else { throw needs("time or height and width, channels", input) }
            return LayerPlan(output: input)
        }

        public func apply(_ x: Signal, _ pass: Pass) -> Signal {
            x.with(dropped(x.tensor, rate, pass, sharedAxes: Array(1..<x.tensor.rank - 1)))
        }
    }
}

/// Sets whole examples to zero at random in training and scales the others up (stochastic depth, Huang et al. 2016).
/// Meant for the end of a residual layer's body.
public enum DropPath {
    /// The options: any shape, which stays.
    public struct Spec: FunctionSpec {
        public var rate = 0.1

        public static let type = "drop_path"
        public static let summary = "Sets whole examples to zero at random in training (stochastic depth)."
        public static let fields: [Field<Self>] = [
            .init("rate", \.rate, "Part of the examples that is set to zero.", .required, .range(0..<1))
        ]

        public init() {}
        /// `rate` is the part of the examples that is set to zero, from 0 to below 1.
        public init(_ rate: Double) { self.rate = rate }

        public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan { LayerPlan(output: input) }

        public func apply(_ x: Signal, _ pass: Pass) -> Signal {
            x.with(dropped(x.tensor, rate, pass, sharedAxes: Array(1..<x.tensor.rank)))
        }
    }
}

/// Normal noise added in training.
public enum GaussianNoise {
    /// The options: any shape, which stays.
    public struct Spec: FunctionSpec {
        public var deviation = 0.1

        public static let type = "gaussian_noise"
        public static let summary = "Adds normal noise in training."
        public static let fields: [Field<Self>] = [
            .init("std", \.deviation, "Standard deviation of the noise.", .required, .range(0...1e6))
        ]

        public init() {}

        public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan { LayerPlan(output: input) }

        public func apply(_ x: Signal, _ pass: Pass) -> Signal {
            guard pass.isTraining, let generator = pass.generator else { return x }
            let noise = Tensor.normal(
                x.tensor.shape, mean: 0, deviation: Real(deviation), using: generator)
            return x.with(x.tensor + noise)
        }
    }
}

/// Dropout in training only; elements along the shared axes have one fate.
func dropped(_ x: Tensor, _ rate: Double, _ pass: Pass, sharedAxes: [Int]) -> Tensor {
    guard pass.isTraining, rate > 0, let generator = pass.generator else { return x }
    return dropout(x, probability: rate, sharedAxes: sharedAxes, using: generator)
}
