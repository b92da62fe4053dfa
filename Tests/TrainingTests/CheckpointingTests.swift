import Autograd
import Layers
import TestSupport
import Testing
import Training

/// Gradient checkpointing: layers that the backward pass recomputes.
@Suite struct CheckpointingTests {
    /// Trains a model on images or sequences, and returns its weights, its running statistics and the losses.
    private func trained(
        _ json: String, input: [Int], lengths: [Int]?, checkpointed patterns: NamePatterns
    ) throws -> [[Real]] {
        let model = try Model(text: json, input: input, generator: RandomGenerator(seed: 1))
        let optimizer = Optimizer(AdamW(learningRate: 0.01), model.namedParameters)
        let layers = CheckpointedLayers(patterns, of: model)
        let x = Tensor.normal([3] + input, using: RandomGenerator(seed: 2))
        var losses: [Real] = []
        for step in 0..<3 {
            let pass = Pass.training(RandomGenerator(seed: 3 + UInt64(step))).checkpointing(layers)
            let output = model.forward(Signal(x, lengths: lengths), pass)
            let loss = CrossEntropyLoss().mean(output, .classes([0, 2, 1]))
            losses.append(loss.item())
            optimizer.step(loss, of: model)
        }
        return model.namedTensors.map { $0.1.array } + [losses]
    }

    private static let images = """
        [{"type": "conv2d", "filters": 4, "kernel_size": 3},
         {"type": "sequential", "layers": [
            {"type": "mbconv", "filters": 4, "expansion": 3, "drop_path": 0.3},
            {"type": "mbconv", "filters": 8, "stride": 2, "expansion": 2}]},
         {"type": "global_pool"}, {"type": "dense", "units": 3}]
        """
    private static let sequences = """
        [{"type": "residual", "body": [
            {"type": "conv1d", "filters": 6, "kernel_size": 3, "padding": "same"}, {"type": "batch_norm"},
            {"type": "activation", "function": "relu"}, {"type": "dropout", "rate": 0.3}]},
         {"type": "transformer", "num_heads": 2, "feedforward_units": 8, "dropout": 0.2},
         {"type": "sequential", "layers": [{"type": "gru", "units": 5}, {"type": "layer_norm"}]},
         {"type": "global_pool"}, {"type": "dense", "units": 3}]
        """

    @Test(arguments: [["1"], ["1.*"], ["1.0", "1.1.*"], ["*"]]) func imagesGiveTheSameBits(
        _ patterns: [String]
    ) throws {
        let plain = try trained(Self.images, input: [10, 10, 2], lengths: nil, checkpointed: [])
        let found = try trained(
            Self.images, input: [10, 10, 2], lengths: nil, checkpointed: NamePatterns(patterns))
        #expect(found == plain)
    }

    @Test(arguments: [["0"], ["1", "2"], ["*"]]) func sequencesGiveTheSameBits(_ patterns: [String]) throws {
        let plain = try trained(Self.sequences, input: [7, 6], lengths: [7, 4, 1], checkpointed: [])
        let found = try trained(
            Self.sequences, input: [7, 6], lengths: [7, 4, 1], checkpointed: NamePatterns(patterns))
        #expect(found == plain)
    }

    /// The graph has one operation instead of those of the layer.
    @Test func intermediateResultsAreNotKept() throws {
        func operations(_ patterns: NamePatterns) throws -> Set<String> {
            let model = try Model(text: Self.images, input: [10, 10, 2], generator: RandomGenerator(seed: 1))
            let x = Tensor.normal([3, 10, 10, 2], using: RandomGenerator(seed: 2))
            let pass = Pass.training(RandomGenerator(seed: 3)).checkpointing(
                CheckpointedLayers(patterns, of: model))
            return model.forward(Signal(x), pass).tensor.operations
        }
        let (plain, found) = (try operations([]), try operations(["1"]))
        #expect(plain.contains("batch_norm") && !plain.contains("checkpoint"))
        #expect(!found.contains("batch_norm") && found.contains("checkpoint"))
    }

    @Test func theTrainerTakesPatterns() throws {
        func weights(_ patterns: NamePatterns) throws -> [[Real]] {
            let trainer = try Toy.trainer { $0.gradientCheckpointing = patterns }
            while !trainer.isOver {
                while trainer.batch < trainer.batchesPerEpoch { try trainer.step() }
                _ = try trainer.endEpoch()
            }
            return trainer.model.namedTensors.map { $0.1.array }
        }
        #expect(try weights(["3", "4"]) == weights([]))
    }
}
