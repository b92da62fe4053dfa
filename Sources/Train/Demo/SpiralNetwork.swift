import Autograd
import Layers

/// A network of two hidden layers that tells the arm of a point, written with Autograd's operations alone.
final class SpiralNetwork {
    private let weights: [Parameter]
    private let biases: [Parameter]
    private let optimizer: Optimizer

    init(_ generator: RandomGenerator) {
        let widths = [2, 64, 64, 2]
        weights = zip(widths, widths.dropFirst()).map { inputs, outputs in
            Parameter(
                .normal([inputs, outputs], deviation: (1 / Real(inputs)).squareRoot(), using: generator))
        }
        biases = widths.dropFirst().map { Parameter(.zeros([$0])) }
        optimizer = Optimizer(Adam(learningRate: 0.01), weights + biases)
    }

    var parameterCount: Int { (weights + biases).reduce(0) { $0 + $1.value.count } }

    /// The score of each arm, [points, 2].
    func scores(_ points: Tensor) -> Tensor {
        var x = points
        for (layer, (weight, bias)) in zip(weights, biases).enumerated() {
            x = linear(x, weight.tensor, bias: bias.tensor)
            if layer < weights.count - 1 { x = x.tanh() }
        }
        return x
    }

    /// One training step on all points. Returns the loss before it.
    func train(on spirals: Spirals) -> Real {
        let loss = softmaxCrossEntropy(scores(spirals.points), targets: spirals.labels)
        optimizer.step(loss.backward())
        return loss.item()
    }

    /// The arm that the network gives each point.
    func arms(of points: Tensor) -> [Int] {
        let scores = withoutRecording { self.scores(points) }
        return (0..<points.shape[0]).map { scores.item(at: $0, 1) > scores.item(at: $0, 0) ? 1 : 0 }
    }
}
