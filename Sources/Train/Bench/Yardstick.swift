import Autograd

extension Workload {
    /// Two convolutions, a GRU and attention over 200 steps of 40 numbers; the model of train_cnn_gru_attn.py.
    static let yardstick = Workload(
        name: "yardstick",
        summary: "Trains and runs a model: conv 64, conv 128, pool 2, GRU 128, attention, 8 classes.",
        batch: 64
    ) { batch in
        try TrainingBench.measure(batch: batch ?? 64, build: makeYardstick)
    }

    private static func makeYardstick(_ generator: RandomGenerator) -> TrainingBench {
        var parameters: [Parameter] = []
        func uniform(_ shape: [Int], inputs: Int) -> Parameter {
            let bound = 1 / Real(inputs).squareRoot()
            parameters.append(Parameter(.uniform(shape, -bound, bound, using: generator)))
            return parameters[parameters.count - 1]
        }
        let conv1 = (uniform([5, 40, 64], inputs: 200), uniform([64], inputs: 200))
        let conv2 = (uniform([5, 64, 128], inputs: 320), uniform([128], inputs: 320))
        let input = (uniform([128, 384], inputs: 128), uniform([384], inputs: 128))
        let state = (uniform([128, 384], inputs: 128), uniform([384], inputs: 128))
        let attention = (uniform([128, 128], inputs: 128), uniform([128], inputs: 128))
        let scorer = uniform([128], inputs: 128)
        let dense = (uniform([128, 8], inputs: 128), uniform([8], inputs: 128))
        return TrainingBench(parameters: parameters, example: [200, 40], classes: 8) { x, _ in
            var h = conv1d(x, conv1.0.tensor, bias: conv1.1.tensor, padding: .same, activation: .relu)
            h = conv1d(h, conv2.0.tensor, bias: conv2.1.tensor, padding: .same, activation: .relu)
            h =
                gru(
                    maxPool1d(h, kernel: 2), weight: input.0.tensor, recurrentWeight: state.0.tensor,
                    bias: input.1.tensor, recurrentBias: state.1.tensor
                ).outputs
            h =
                additiveAttention(
                    h, weight: attention.0.tensor, bias: attention.1.tensor, scorer: scorer.tensor
                ).context
            return linear(h, dense.0.tensor, bias: dense.1.tensor)
        }
    }
}
