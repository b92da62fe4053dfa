import Autograd
import Configuration

/// Discards the length of each sequence: padding becomes zeros that count like any other step.
public typealias Unmasking = FunctionLayer<UnmaskingSpec>

/// The options of `Unmasking`, of which there are none: [time, ...]; the shape is kept. Results then depend on the amount
/// of padding, as in models without masking.
public struct UnmaskingSpec: FunctionSpec {
    public static let type = "unmask"
    public static let summary = "Treats padding as valid zeros, as in models without masking."
    public static let fields: [Field<Self>] = []

    public init() {}

    public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
        guard input.count >= 2 else { throw needs("time, channels", input) }
        return LayerPlan(output: input, kept: 0)
    }

    public func apply(_ x: Signal, _ pass: Pass) -> Signal { Signal(x.masked) }
}
