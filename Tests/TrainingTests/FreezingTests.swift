import Autograd
import Configuration
import Foundation
import Layers
import Metrics
import TestSupport
import Testing
import Training

/// Training with frozen layers.
@Suite struct FreezingTests {
    private static let prefix = """
        {"type": "conv1d", "filters": 6, "kernel_size": 3, "padding": "same"}, {"type": "batch_norm"},
        {"type": "activation", "function": "relu"}
        """
    private static let rest = """
        {"type": "dropout", "rate": 0.3}, {"type": "gru", "units": 5}, {"type": "attention", "units": 4},
        {"type": "dense", "units": 2}
        """

    /// Batches whose inputs are the same in every epoch, in another order.
    private final class Fixed: TrainingBatches {
        let count = 3, size = 8
        let inputs: Tensor, lengths: [Int], labels: [Int], isFixed: Bool

        init(_ inputs: Tensor? = nil, isFixed: Bool = true) {
            let generator = RandomGenerator(seed: 5)
            let x = Tensor.normal([24, 6, 2], using: generator)
            (lengths, labels) = ((0..<24).map { 3 + $0 % 4 }, (0..<24).map { $0 * 7 % 2 })
            (self.inputs, self.isFixed) = (inputs ?? x, isFixed)
        }

        func batch(epoch: Int, index: Int) -> Batch {
            let order = RandomGenerator(seed: UInt64(epoch)).permutation(24)
            let rows = Array(order[index * size..<(index + 1) * size])
            return Batch(
                inputs: Signal(
                    inputs.indexSelected(Indices(rows), axis: 0), lengths: rows.map { lengths[$0] }),
                targets: .classes(Indices(rows.map { labels[$0] })), ids: rows.map { "\($0)" },
                isFixed: isFixed)
        }
    }

    private func model(_ layers: String, input: [Int] = [6, 2]) throws -> Model {
        try Model(text: "[\(layers)]", input: input, generator: RandomGenerator(seed: 7))
    }

    private func trainer(
        _ model: Model, _ batches: any TrainingBatches, _ freeze: [FrozenParameters] = [], epochs: Int = 3,
        validation: BatchList? = nil
    ) -> Trainer {
        var options = TrainingOptions()
        (options.epochs, options.batchSize) = (epochs, 8)
        options.selection.weights = .last
        return Trainer(
            Trainer.Configuration(
                model: model, loss: CrossEntropyLoss(), optimizer: AdamW(learningRate: 0.01),
                options: options, freeze: freeze, seed: 3), batches: batches
        ) { model in
            guard let validation else { return [] }
            return try Predictions(
                of: model, for: validation, classes: ["a", "b"], loss: CrossEntropyLoss()
            ).metrics([.accuracy])
        }
    }

    private func train(_ trainer: Trainer) throws -> [Double] {
        var losses: [Double] = []
        while !trainer.isOver {
            while trainer.batch < trainer.batchesPerEpoch { try trainer.step() }
            losses.append(try trainer.endEpoch()["train_loss"] ?? .nan)
        }
        return losses
    }

    private func weights(_ model: Model) -> [String: [Real]] {
        Dictionary(model.namedTensors.map { ($0.0, $0.1.array) }) { first, _ in first }
    }

    /// A model whose running statistics are not the initial ones.
    private func trained(_ layers: String) throws -> Model {
        let model = try model(layers)
        _ = try train(trainer(model, Fixed()))
        return model
    }

    @Test(arguments: [true, false]) func theRestIsTrainedAsOnEmbeddings(isFixed: Bool) throws {
        let whole = try trained(Self.prefix + "," + Self.rest)
        let before = weights(whole)
        let embedder = try model(Self.prefix)
        for (name, parameter) in embedder.namedParameters {
            parameter.value = try #require(whole.namedParameters.first { $0.name == name }).parameter.value
        }
        for (name, buffer) in embedder.namedBuffers {
            buffer.value = try #require(whole.namedBuffers.first { $0.name == name }).buffer.value
        }
        let data = Fixed()
        let embeddings = withoutRecording { embedder(data.inputs, lengths: data.lengths) }
        let head = try model(Self.rest, input: [6, 6])
        func inWhole(_ name: String) -> String {
            let parts = name.split(separator: ".", maxSplits: 1)
            return "\((Int(parts[0]) ?? 0) + 3).\(parts[1])"
        }
        for (name, parameter) in head.namedParameters {
            let same = try #require(whole.namedParameters.first { $0.name == inWhole(name) })
            parameter.value = same.parameter.value
        }
        let frozen = FrozenParameters(["0.*", "1.*"])
        let found = try train(trainer(whole, Fixed(isFixed: isFixed), [frozen]))
        let expected = try train(trainer(head, Fixed(embeddings)))
        #expect(found == expected)
        let after = weights(whole)
        for (name, values) in weights(head) { #expect(after[inWhole(name)] == values, "\(name)") }
        for name in before.keys where name.hasPrefix("0.") || name.hasPrefix("1.") {
            #expect(after[name] == before[name], "\(name)")
        }
    }

    @Test func outputsOfFrozenLayersAreComputedOnce() throws {
        let model = try trained(Self.prefix + "," + Self.rest)
        for parameter in model.namedParameters where parameter.name < "2" {
            parameter.parameter.isFrozen = true
        }
        for (limit, count) in [(1 << 20, 24), (24 * 6 * 6 * MemoryLayout<Real>.size - 1, 0)] {
            let outputs = PrefixOutputs(examples: 24, limit: limit)
            let layers = FrozenLayers(of: model, kept: outputs)
            var results: [[Real]] = []
            for epoch in [0, 0, 1] {
                for index in 0..<3 {
                    let batch = Fixed().batch(epoch: epoch, index: index)
                    layers.begin(batch.ids)
                    let pass = Pass.training(RandomGenerator(seed: 1)).freezing(layers)
                    results.append(model.forward(batch.inputs, pass).tensor.array)
                }
            }
            #expect(outputs.kept == count)
            #expect(results[0..<3] == results[3..<6] && results[0] != results[6])
        }
    }

    /// The validation metrics of each epoch are those of a model whose frozen layers are always computed, also if a frozen
    /// layer fuses the trained batch normalization after it.
    @Test(arguments: [["0.*", "1.*"], ["0.*"]]) func validationKeepsFrozenOutputs(_ patterns: [String]) throws
    {
        func losses(isFixed: Bool) throws -> [Double] {
            let batches = BatchList((0..<3).map { Fixed(isFixed: isFixed).batch(epoch: 9, index: $0) })
            let model = try trained(Self.prefix + "," + Self.rest)
            let trainer = trainer(
                model, Fixed(), [FrozenParameters(patterns, untilEpoch: 3)], epochs: 5, validation: batches)
            var losses: [Double] = []
            while !trainer.isOver {
                while trainer.batch < trainer.batchesPerEpoch { try trainer.step() }
                losses.append(try trainer.endEpoch()["validation_loss"] ?? .nan)
                let expected = try Predictions(
                    of: model, for: batches, classes: ["a", "b"], loss: CrossEntropyLoss()
                ).meanLoss
                #expect(losses.last == expected)
            }
            return losses
        }
        let found = try losses(isFixed: true)
        #expect(Set(found).count == 5)
        #expect(try found == losses(isFixed: false))
    }

    @Test func validationOutputsAreKeptUpToTheLimit() throws {
        let model = try trained(Self.prefix + "," + Self.rest)
        for parameter in model.namedParameters where parameter.name < "2" {
            parameter.parameter.isFrozen = true
        }
        let row = 6 * 6 * MemoryLayout<Real>.size
        for (limit, count) in [(24 * row, 24), (23 * row, 16), (8 * row - 1, 0)] {
            let outputs = PrefixOutputs(limit: limit)
            let layers = FrozenLayers(of: model, kept: outputs)
            for index in [0, 1, 2, 0, 1, 2] {
                let batch = Fixed().batch(epoch: 0, index: index)
                layers.begin(batch.ids)
                let (kept, plain) = withoutRecording {
                    (
                        model.forward(batch.inputs, .inference.freezing(layers)).tensor.array,
                        model.forward(batch.inputs, .inference).tensor.array
                    )
                }
                #expect(kept == plain)
            }
            #expect(outputs.kept == count)
        }
    }

    @Test func nothingIsRecordedForAFrozenPrefix() throws {
        let model = try model(Self.prefix + "," + Self.rest)
        for parameter in model.namedParameters where parameter.name < "2" {
            parameter.parameter.isFrozen = true
        }
        let x = Fixed().batch(epoch: 0, index: 0).inputs
        let pass = Pass.training(RandomGenerator(seed: 1))
        let operations = model.forward(x, pass.freezing(FrozenLayers(of: model))).tensor.operations
        #expect(
            operations.contains("gru")
                && !operations.contains { $0.hasPrefix("conv") || $0.hasPrefix("batch") })
    }

    /// A frozen layer behind a trained one passes gradients on.
    @Test func frozenLayersPassGradientsOn() throws {
        let model = try model(Self.prefix + "," + Self.rest)
        let before = weights(model)
        _ = try train(trainer(model, Fixed(), [FrozenParameters(["1.*", "4.*"])], epochs: 1))
        let after = weights(model)
        for (name, values) in after {
            let isFrozen = name.hasPrefix("1.") || name.hasPrefix("4.")
            #expect((before[name] == values) == isFrozen, "\(name)")
        }
    }

    @Test func gradualUnfreezing() throws {
        let model = try model(Self.prefix + "," + Self.rest)
        let trainer = trainer(
            model, Fixed(),
            [FrozenParameters(["0.*"], untilEpoch: 2), FrozenParameters(["1.*"], untilEpoch: 1)])
        var states = [weights(model)]
        while !trainer.isOver {
            while trainer.batch < trainer.batchesPerEpoch { try trainer.step() }
            _ = try trainer.endEpoch()
            states.append(weights(model))
        }
        let changed = zip(states, states.dropFirst()).map { a, b in
            ["0.weight", "1.weight", "1.running_mean", "6.weight"].map { a[$0] != b[$0] }
        }
        #expect(
            changed == [[false, false, false, true], [false, true, true, true], [true, true, true, true]])
    }

    @Test func resumesInTheMiddleOfUnfreezing() throws {
        let freeze = [FrozenParameters(["0.*"], untilEpoch: 2), FrozenParameters(["1.*"], untilEpoch: 1)]
        let whole = try model(Self.prefix + "," + Self.rest)
        _ = try train(trainer(whole, Fixed(), freeze))
        for steps in 1..<9 {
            let first = trainer(try model(Self.prefix + "," + Self.rest), Fixed(), freeze)
            for _ in 0..<steps {
                if first.batch == first.batchesPerEpoch { _ = try first.endEpoch() }
                try first.step()
            }
            let state = first.state()
            let tensors = try SafeTensors(bytes: SafeTensors.encode(state.tensors))
            let second = trainer(try model(Self.prefix + "," + Self.rest), Fixed(), freeze)
            try second.restore(state.json, tensors, file: "state")
            _ = try train(second)
            #expect(weights(second.model) == weights(whole), "after \(steps) steps")
        }
    }

    @Test func complaints() {
        let names = ["0.weight", "1.weight"]
        func said(_ entries: FrozenParameters...) -> [String] {
            entries.validationIssues(forParameters: names, epochs: 5).map { "\($0.path): \($0.message)" }
        }
        #expect(said(FrozenParameters(["0.*"])) == [])
        #expect(
            said(FrozenParameters(["0.wieght"])) == [
                #"[0].parameters[0]: no parameter matches "0.wieght"; did you mean "0.weight"?"#
            ])
        #expect(said(FrozenParameters(["*"], untilEpoch: 2)).first?.contains("frozen in epoch 1;") == true)
        let later = said(FrozenParameters(["0.*"]), FrozenParameters(["1.*"], untilEpoch: 2))
        #expect(later.first?.contains("frozen in epoch 1;") == true)
    }
}
