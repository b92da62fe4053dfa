import Autograd

/// A small network with its data and gradient descent.
final class SmallModel: Sendable {
    let weights: [Parameter]
    private let x: Tensor
    private let y: Tensor
    private let generator = RandomGenerator(seed: 11)

    init(batch: Int = 64, inputs: Int = 20, hidden: Int = 48, outputs: Int = 5) {
        let start = RandomGenerator(seed: 12)
        weights = [
            Parameter(.normal([inputs, hidden], deviation: 0.2, using: start)), Parameter(.zeros([hidden])),
            Parameter(.normal([hidden], deviation: 0.2, using: start)), Parameter(.zeros([outputs])),
        ]
        x = .normal([batch, inputs, 1], using: start)
        y = .normal([batch, outputs], using: start)
    }

    func loss() -> Tensor {
        let w = weights.map(\.tensor)
        let hidden = ((x * w[0]).sum(axes: [1]) + w[1]).tanh()
        let kept = Tensor.bernoulli(hidden.shape, probability: 0.8, using: generator)
        return ((hidden * kept * w[2]).sum(axes: [1], keepDims: true) + w[3] - y).square().mean()
    }

    func step() {
        let gradients = loss().backward()
        for weight in weights {
            guard let gradient = gradients[weight] else { continue }
            weight.value = weight.value - gradient * 0.05
        }
    }
}
