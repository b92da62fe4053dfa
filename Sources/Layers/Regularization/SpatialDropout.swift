import Autograd
import Configuration

/// Spatial dropout: in training, drops whole channels of an example.
public typealias SpatialDropout = FunctionLayer<SpatialDropoutSpec>

/// The options of `SpatialDropout`: [time, channels] or [height, width, channels]; the shape is kept.
public struct SpatialDropoutSpec: FunctionSpec {
    public var rate = 0.5

    public static let type = "spatial_dropout"
    public static let summary = "Spatial dropout: drops whole channels of an example."
    public static let fields: [Field<Self>] = [
        .init("rate", \.rate, "Fraction of the channels to drop.", .required, .range(0..<1))
    ]

    public init() {}
    /// Creates the options. `rate` is the fraction of the channels to drop, from 0 to below 1.
    public init(_ rate: Double) { self.rate = rate }

    public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
        guard input.count >= 2 else { throw needs("time or height and width, channels", input) }
        return LayerPlan(output: input)
    }

    public func apply(_ x: Signal, _ pass: Pass) -> Signal {
        x.with(dropped(x.tensor, rate, pass, sharedAxes: Array(1..<x.tensor.rank - 1)))
    }
}

extension SpatialDropout {
    /// Creates a layer that drops channels with probability `rate`, from 0 to below 1.
    public convenience init(_ rate: Double) { self.init(Spec(rate)) }
}
