// A custom layer and a custom training loop: finds out whether the frequency of a noisy sine rises or falls.
import Autograd
import Foundation
import Layers

/// Multiplies each channel by a trainable factor.
final class Scale: Layer {
    let factor: Parameter
    var members: [Member] { [.parameter("factor", factor)] }

    init(channels: Int) { factor = Parameter(.ones([channels])) }

    func forward(_ x: Signal, _ pass: Pass) -> Signal { x.with(x.cleaned.tensor * factor.tensor) }
}

let generator = RandomGenerator(seed: 1)

/// Returns a batch of sweeps, [count, 64, 1], and whether the frequency of each rises.
func sweeps(_ count: Int) -> (x: Tensor, labels: Indices) {
    let labels = (0..<count).map { _ in generator.below(2) }
    let values = labels.flatMap { label in
        let (start, change) = (0.5 + generator.uniform(), (label == 1 ? 0.01 : -0.006))
        return (0..<64).map { step in
            let n = Double(step)
            return Real(sin(start * n + change * n * n / 2) + 0.2 * (generator.uniform() - 0.5))
        }
    }
    return (Tensor(values, shape: [count, 64, 1]), Indices(labels))
}

let model = try Model(
    Sequential([
        FeatureNorm(channels: 1),
        Conv1D(filters: 12, kernelSize: 5, activation: .relu, inputs: 1, generator: generator),
        Scale(channels: 12),
        GRU(units: 16, output: .last, inputs: 12, generator: generator),
        Dropout(0.1),
        Dense(units: 2, inputs: 16, generator: generator),
    ]), input: [64, 1])
model.fitFeatureNorms([Signal(sweeps(200).x)])
print(model.summary())

let loss = CrossEntropyLoss(labelSmoothing: 0.05)
let optimizer = Optimizer(AdamW(learningRate: 0.005), model.namedParameters)
let (epochs, steps) = (6, 25)
optimizer.attach(CosineSchedule(warmUp: 1), epochs: epochs, stepsPerEpoch: steps)
let test = sweeps(400)
var accuracy = 0.0
for epoch in 1...epochs {
    for _ in 0..<steps {
        let (x, labels) = sweeps(32)
        optimizer.step(loss.mean(model(x, .training(generator)), .classes(labels)), of: model)
    }
    let predicted = withoutRecording { model(test.x).argmax(axis: 1) }
    accuracy = Double(zip(predicted.values, test.labels.values).count { $0 == $1 }) / 400
    print(
        String(
            format: "epoch %d  learning rate %.4f  test accuracy %.1f%%", epoch, optimizer.learningRate,
            100 * accuracy))
}
guard accuracy > 0.9 else {
    print("Something is wrong: expected a test accuracy above 90%.")
    exit(1)
}
