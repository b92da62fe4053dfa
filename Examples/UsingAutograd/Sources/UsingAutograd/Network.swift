import Autograd
import CustomOperation

/// A fully connected network; `bump`, the custom operation of this package, is its activation.
struct Network {
    private let layers: [(weight: Parameter, bias: Parameter)]
    private var velocities: [Tensor]

    init(sizes: [Int], using generator: RandomGenerator) {
        layers = zip(sizes, sizes.dropFirst()).map { inputs, outputs in
            let deviation = (2 / Real(inputs + outputs)).squareRoot()
            return (
                Parameter(.normal([inputs, outputs], deviation: deviation, using: generator)),
                Parameter(.normal([outputs], deviation: 0.5, using: generator))
            )
        }
        velocities = layers.flatMap { [.zeros($0.weight.shape), .zeros($0.bias.shape)] }
    }

    private var parameters: [Parameter] { layers.flatMap { [$0.weight, $0.bias] } }

    /// Returns the logits of the classes for points, [batch, 2].
    func callAsFunction(_ x: Tensor) -> Tensor {
        var x = x
        for (index, layer) in layers.enumerated() {
            if index > 0 { x = bump(x) }
            x = linear(x, layer.weight.tensor, bias: layer.bias.tensor)
        }
        return x
    }

    /// Does one step of gradient descent with momentum.
    mutating func descend(_ gradients: Gradients, rate: Real) {
        for (index, parameter) in parameters.enumerated() {
            guard let gradient = gradients[parameter] else { continue }
            velocities[index] = velocities[index] * 0.9 + gradient
            parameter.value = parameter.value - velocities[index] * rate
        }
    }
}
