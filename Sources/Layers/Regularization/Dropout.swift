import Autograd
import Configuration

/// Dropout: in training, sets random elements to zero and scales the others up to keep the mean.
public typealias Dropout = FunctionLayer<DropoutSpec>

/// The options of `Dropout`: any shape, which is kept.
public struct DropoutSpec: FunctionSpec {
    public var rate = 0.5

    public static let type = "dropout"
    public static let summary = "Dropout."
    public static let fields: [Field<Self>] = [
        .init("rate", \.rate, "Fraction of the elements to drop.", .required, .range(0..<1))
    ]

    public init() {}
    /// Creates the options. `rate` is the fraction of the elements to drop, from 0 to below 1.
    public init(_ rate: Double) { self.rate = rate }

    public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan { LayerPlan(output: input) }

    public func apply(_ x: Signal, _ pass: Pass) -> Signal {
        x.with(dropped(x.tensor, rate, pass, sharedAxes: []))
    }
}

/// Applies dropout in training; elements along the shared axes are dropped together.
func dropped(_ x: Tensor, _ rate: Double, _ pass: Pass, sharedAxes: [Int]) -> Tensor {
    guard pass.isTraining, rate > 0, let generator = pass.generator else { return x }
    return dropout(x, probability: rate, sharedAxes: sharedAxes, using: generator)
}

extension Dropout {
    /// Creates a layer that drops elements with probability `rate`, from 0 to below 1.
    public convenience init(_ rate: Double) { self.init(Spec(rate)) }
}
