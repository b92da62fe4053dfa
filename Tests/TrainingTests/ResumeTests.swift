import Autograd
import Configuration
import Foundation
import Layers
import Testing
import Training

/// Resuming from checkpoints with public API only, as in Documentation/layers-and-training.md.
@Suite struct ResumeTests {
    /// Two classes of vectors that differ in their mean.
    private final class Clouds: TrainingBatches {
        let count = 4

        func batch(epoch: Int, index: Int) -> Batch {
            let generator = RandomGenerator(seed: 5).split("\(epoch) \(index)")
            let labels = (0..<8).map { $0 % 2 }
            let shift = Tensor(labels.map { Real($0) }, shape: [8, 1])
            return Batch(
                inputs: Signal(Tensor.normal([8, 3], using: generator) + shift),
                targets: .classes(Indices(labels)),
                ids: labels.indices.map { "example \($0)" })
        }
    }

    private func trainer() throws -> Trainer {
        var options = TrainingOptions()
        options.epochs = 3
        options.selection.weights = .last
        options.accumulationSteps = 2
        let model = try Model(
            text: #"[{"type": "dropout", "rate": 0.2}, {"type": "dense", "units": 2}]"#, input: [3],
            generator: RandomGenerator(seed: 1))
        return Trainer(
            Trainer.Configuration(
                model: model, loss: CrossEntropyLoss(), optimizer: AdamW(learningRate: 0.01),
                schedule: CosineSchedule(), options: options, seed: 2), batches: Clouds())
    }

    private func weights(_ trainer: Trainer) -> [[Real]] { trainer.model.namedTensors.map { $0.1.array } }

    /// Trains at most `steps` steps, resuming from the newest checkpoint. Returns the trainer.
    private func train(_ store: StateStore, steps: Int) throws -> Trainer {
        let trainer = try trainer()
        if let found = try store.newest() {
            try trainer.restore(found.json, found.tensors, file: store.folder)
        }
        var steps = steps
        while !trainer.isOver {
            while trainer.batch < trainer.batchesPerEpoch {
                guard steps > 0 else { return trainer }
                steps -= 1
                try trainer.step()
                guard trainer.canSave else { continue }
                let state = trainer.state()
                try store.save(state.json, state.tensors)
            }
            _ = try trainer.endEpoch()
        }
        return trainer
    }

    @Test func anInterruptedTrainingEndsWithTheSameWeights() throws {
        let folder = NSTemporaryDirectory() + "resume-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let whole = try train(StateStore(folder: folder + "/whole"), steps: .max)
        let store = StateStore(folder: folder + "/pieces")
        #expect(!store.hasAny)
        var pieces = try train(store, steps: 3)
        for _ in 0..<20 where !pieces.isOver { pieces = try train(store, steps: 3) }
        #expect(pieces.isOver && store.hasAny && weights(pieces) == weights(whole))
    }

    @Test func aStateOfAnotherModelIsRejected() throws {
        let folder = NSTemporaryDirectory() + "resume-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = StateStore(folder: folder)
        var state = try trainer().state()
        state.tensors.removeFirst()
        try store.save(state.json, state.tensors)
        let found = try #require(try store.newest())
        #expect(throws: WeightsError.self) { try trainer().restore(found.json, found.tensors, file: folder) }
    }
}
