import Autograd
import Configuration

/// Stochastic depth: in training, drops whole examples (Huang et al. 2016). Use it at the end of the body of a residual
/// layer.
public typealias DropPath = FunctionLayer<DropPathSpec>

/// The options of `DropPath`: any shape, which is kept.
public struct DropPathSpec: FunctionSpec {
    public var rate = 0.1

    public static let type = "drop_path"
    public static let summary = "Stochastic depth: drops whole examples in the body of a residual layer."
    public static let fields: [Field<Self>] = [
        .init("rate", \.rate, "Fraction of the examples to drop.", .required, .range(0..<1))
    ]

    public init() {}
    /// Creates the options. `rate` is the fraction of the examples to drop, from 0 to below 1.
    public init(_ rate: Double) { self.rate = rate }

    public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan { LayerPlan(output: input) }

    public func apply(_ x: Signal, _ pass: Pass) -> Signal {
        x.with(dropped(x.tensor, rate, pass, sharedAxes: Array(1..<x.tensor.rank)))
    }
}

extension DropPath {
    /// Creates a layer that drops examples with probability `rate`, from 0 to below 1.
    public convenience init(_ rate: Double) { self.init(Spec(rate)) }
}
