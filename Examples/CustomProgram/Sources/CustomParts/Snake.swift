import Autograd
import Configuration
import Layers
import ONNXExport

/// The Snake activation, x + sin^2(a x) / a, with a trainable frequency a for each channel (Ziyin et al. 2020).
public final class Snake: Layer {
    /// The frequencies, [channels].
    public let frequency: Parameter
    private let options: SnakeSpec

    public var spec: any LayerSpec { options }
    public var members: [Member] { [.parameter("frequency", frequency)] }

    init(_ spec: SnakeSpec, channels: Int) {
        options = spec
        frequency = Parameter(.full([channels], Real(spec.frequency)))
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let x = x.cleaned
        let a = frequency.tensor
        return x.with(x.tensor + (x.tensor * a).sin().square() / a)
    }
}

/// The options of `Snake`: `{"type": "snake", "frequency": 0.5}`.
public struct SnakeSpec: LayerSpec {
    public var frequency = 0.5

    public static let type = "snake"
    public static let summary = "Snake activation with a trainable frequency per channel."
    public static let fields: [Field<Self>] = [
        .init("frequency", \.frequency, "Initial frequency.", .range(0.01...100))
    ]

    public init() {}

    public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
        guard let channels = input.last else {
            throw LayerError("snake expects an input of shape [..., channels], found \(input)")
        }
        return LayerPlan(output: input, parameters: channels)
    }

    public func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
        _ = try plan(input)
        return Snake(self, channels: input[input.count - 1])
    }

    /// The ONNX operators of the layer.
    public static let onnx: ONNXMappings.Mapping = { layer, x in
        let a = layer.constant(try layer.tensor("frequency"), "frequency")
        let sine = layer.node("Sin", layer.node("Mul", x.value, a))
        return x.with(layer.node("Add", x.value, layer.node("Div", layer.node("Mul", sine, sine), a)))
    }
}
