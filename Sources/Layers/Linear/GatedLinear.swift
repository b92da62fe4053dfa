import Autograd
import Configuration

/// A gated linear unit: the first half of the channels times the sigmoid of the second half (Dauphin et al. 2017).
public typealias GatedLinear = FunctionLayer<GatedLinearSpec>

/// The options of `GatedLinear`: [..., channels] to [..., channels / 2]; the number of channels must be even.
public struct GatedLinearSpec: FunctionSpec {
    public static let type = "glu"
    public static let summary =
        "Gated linear unit: the first half of the channels times the sigmoid of the second half."
    public static let fields: [Field<Self>] = []

    public init() {}

    public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
        guard let channels = input.last, channels % 2 == 0 else {
            throw needs("..., an even number of channels", input)
        }
        return LayerPlan(output: input.dropLast() + [channels / 2], multiplyAdds: input.reduce(1, *) / 2)
    }

    public func apply(_ x: Signal, _ pass: Pass) -> Signal {
        let x = x.cleaned
        let halves = x.tensor.split(into: 2, axis: -1)
        return x.with(halves[0] * halves[1].sigmoid())
    }
}
