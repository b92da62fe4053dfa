import TestSupport
import Training
import Autograd
import Foundation
import Layers
import Testing

@Suite struct TrainerTests {
    private func tensors(_ trainer: Trainer) -> [[Real]] { trainer.model.namedTensors.map { $0.1.array } }

    /// Trains to the end; `afterStep` may put another trainer in place of this one.
    private func finish(_ trainer: Trainer, afterStep: (Trainer) throws -> Trainer = { $0 }) throws
        -> (Trainer, [EpochMetrics])
    {
        var trainer = trainer
        var log: [EpochMetrics] = []
        while !trainer.isOver {
            while trainer.batch < trainer.batchesPerEpoch {
                try trainer.step()
                trainer = try afterStep(trainer)
            }
            log.append(try trainer.endEpoch())
        }
        return (trainer, log)
    }

    @Test func aRunThatIsStoppedAfterEveryStepEndsWithTheSameBits() throws {
        let (whole, log) = try finish(Toy.trainer())
        try Toy.inFolder { folder in
            let store = StateStore(folder: folder + "/state")
            let (pieces, other) = try finish(Toy.trainer()) { trainer in
                guard trainer.canSave else { return trainer }
                let state = trainer.state()
                try store.save(state.json, state.tensors)
                let fresh = try Toy.trainer()
                let found = try #require(try store.newest())
                try fresh.restore(found.json, found.tensors, file: "state")
                return fresh
            }
            #expect(log == other)
            #expect(tensors(whole) == tensors(pieces))
            whole.restoreBestWeights()
            pieces.restoreBestWeights()
            #expect(tensors(whole) == tensors(pieces))
        }
    }

    @Test func threadsDoNotMatter() throws {
        let before = Parallel.threads
        defer { Parallel.threads = before }
        var results: [[[Real]]] = []
        for threads in [1, 2, 3] {
            Parallel.threads = threads
            results.append(tensors(try finish(Toy.trainer()).0))
        }
        #expect(results[0] == results[1] && results[1] == results[2])
    }

    @Test func trainingLearns() throws {
        let batches = ToyBatches(count: 20, size: 32)
        let (_, log) = try finish(
            Toy.trainer(
                {
                    $0.epochs = 6
                    $0.mixup = nil
                    $0.accumulationSteps = 1
                }, batches))
        let losses = log.compactMap { $0["validation_loss"] }
        #expect(losses.count == 6)
        #expect(try #require(losses.last) < 0.85 * #require(losses.first))
    }

    @Test func anInfiniteExampleStopsTheRunAndIsNamed() throws {
        let batches = ToyBatches()
        batches.spoilt = (1, 2)
        let trainer = try Toy.trainer({ _ in }, batches)
        let error = #expect(throws: InputError.self) { try finish(trainer) }
        let message = try #require(error?.description)
        #expect(message.hasPrefix("epoch 2, batch 3: "))
        #expect(message.contains(" The first non-finite values are in the features. The batch contains "))
        #expect(message.contains("toy 0"))
        #expect(trainer.model.parameters.allSatisfy { $0.value.array.allSatisfy(\.isFinite) })
    }

    @Test func aWeightThatIsNoNumberIsNamed() throws {
        let trainer = try Toy.trainer()
        let (name, parameter) = trainer.model.namedParameters[4]
        parameter.value = parameter.value * .nan
        let error = #expect(throws: InputError.self) { try trainer.step() }
        let place = "The first non-finite values are in the weight \"\(name)\" of model[3] (gru)."
        #expect(error?.description.contains(place) == true)
    }

    @Test func earlyStoppingEndsTheTraining() throws {
        let (trainer, log) = try finish(
            Toy.trainer {
                $0.epochs = 50
                $0.earlyStopping = .init(monitor: "no_such_metric", patience: 4)
            })
        #expect(trainer.isOver && log.count == 4)
    }

    @Test func theBestEpochsWeightsAreUsed() throws {
        var seen: [[[Real]]] = []
        let configuration = try Toy.configuration {
            $0.weightAverage = nil
            $0.epochs = 4
        }
        let values = [0.5, 0.3, 0.4, 0.35]
        let trainer = Trainer(configuration, batches: ToyBatches()) { model in
            seen.append(model.namedTensors.map { $0.1.array })
            return [("loss", values[seen.count - 1])]
        }
        _ = try finish(trainer)
        #expect(trainer.bestEpoch == 2 && trainer.bestMetric == 0.3)
        trainer.restoreBestWeights()
        #expect(tensors(trainer) == seen[1])
    }
}
