import Training
import Autograd
import Configuration
import Foundation
import Layers

/// A small task: which of two channels of a sequence is louder at its end.
package final class ToyBatches: TrainingBatches, EvaluationBatches {
    package let count: Int
    private let size: Int
    private let seed: UInt64
    /// A batch whose input is spoilt, to see what comes of it.
    package var spoilt: (epoch: Int, index: Int)?

    package init(count: Int = 5, size: Int = 8, seed: UInt64 = 1) {
        self.count = count
        self.size = size
        self.seed = seed
    }

    package func batch(epoch: Int, index: Int) throws -> Batch {
        var batch = made(RandomGenerator(seed: seed).split("\(epoch) \(index)"))
        if let spoilt, spoilt == (epoch, index) { batch.inputs.tensor = batch.inputs.tensor * .infinity }
        return batch
    }

    package func batch(_ index: Int, copy: Int = 0) -> Batch {
        made(RandomGenerator(seed: seed &+ 99).split("\(index)"))
    }

    private func made(_ generator: RandomGenerator) -> Batch {
        let x = Tensor.normal([size, 6, 2], using: generator)
        let labels = (0..<size).map { row in
            let first: Real = (3..<6).reduce(0) { $0 + x.item(at: row, $1, 0) }
            let second: Real = (3..<6).reduce(0) { $0 + x.item(at: row, $1, 1) }
            return first > second ? 0 : 1
        }
        let lengths = (0..<size).map { _ in 4 + generator.below(3) }
        return Batch(
            inputs: Signal(x, lengths: lengths), targets: .classes(Indices(labels)),
            ids: (0..<size).map { "toy \($0)" })
    }
}

package enum Toy {
    package static let model = """
        [{"type": "conv1d", "filters": 6, "kernel_size": 3, "padding": "same", "activation": "relu", "l2": 0.001},
         {"type": "batch_norm"}, {"type": "dropout", "rate": 0.3}, {"type": "gru", "units": 5, "bidirectional": true},
         {"type": "attention", "units": 4}, {"type": "dense", "units": 2}]
        """

    package static func configuration(_ edit: (inout TrainingOptions) -> Void = { _ in }) throws
        -> Trainer.Configuration
    {
        var options = TrainingOptions()
        options.epochs = 3
        options.weightAverage = .init(decay: 0.9)
        options.accumulationSteps = 2
        options.mixup = 0.3
        edit(&options)
        let model = try Model(text: Self.model, input: [6, 2], generator: RandomGenerator(seed: 7))
        return Trainer.Configuration(
            model: model, loss: CrossEntropyLoss(labelSmoothing: 0.1), optimizer: AdamW(learningRate: 0.01),
            schedule: CosineSchedule(warmUp: 1), options: options, seed: 3)
    }

    package static func trainer(
        _ edit: (inout TrainingOptions) -> Void = { _ in }, _ batches: ToyBatches = ToyBatches()
    ) throws -> Trainer {
        let configuration = try configuration(edit)
        return Trainer(configuration, batches: batches) { model in
            let batch = batches.batch(0)
            let outputs = withoutRecording { model.forward(batch.inputs, .inference).tensor }
            let loss = configuration.loss.mean(outputs, batch.targets).item()
            return [("loss", Double(loss))]
        }
    }

    /// A folder of its own, removed when `body` is done.
    package static func inFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
        let folder = NSTemporaryDirectory() + "lab-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try body(folder)
    }
}
