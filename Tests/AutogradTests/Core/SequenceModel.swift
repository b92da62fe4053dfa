import Autograd

/// A small sequence model with its data and gradient descent.
final class SequenceModel {
    private(set) var parameters: [Parameter] = []
    private let x: Tensor
    private let labels: Indices
    private let generator = RandomGenerator(seed: 21)

    init(batch: Int = 12, time: Int = 40, features: Int = 10, classes: Int = 4) {
        let start = RandomGenerator(seed: 22)
        let shapes = [
            [5, features, 24], [24], [24], [24], [24, 60], [20, 60], [60], [60], [20, 16], [16], [16],
            [20, classes], [classes],
        ]
        parameters = shapes.map { Parameter(.normal($0, deviation: 0.2, using: start)) }
        x = .normal([batch, time, features], using: start)
        labels = Indices((0..<batch).map { $0 % classes })
    }

    /// Performs one step and returns the loss before it.
    func step() -> Real {
        let p = parameters.map(\.tensor)
        var h = conv1d(x, p[0], bias: p[1], padding: .same)
        h = batchNorm(h, gamma: p[2] + 1, beta: p[3]).output.relu()
        h = dropout(maxPool1d(h, kernel: 2), probability: 0.2, using: generator)
        h = gru(h, weight: p[4], recurrentWeight: p[5], bias: p[6], recurrentBias: p[7]).outputs
        h = additiveAttention(h, weight: p[8], bias: p[9], scorer: p[10]).context
        let loss = softmaxCrossEntropy(linear(h, p[11], bias: p[12]), targets: labels)
        let gradients = loss.backward()
        for parameter in parameters {
            guard let gradient = gradients[parameter] else { continue }
            parameter.value = parameter.value - gradient * 0.2
        }
        return loss.item()
    }
}
