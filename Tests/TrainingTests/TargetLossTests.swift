import Autograd
import AutogradTesting
import Configuration
import Foundation
import Layers
import Metrics
import TestSupport
import Testing
import Training

/// The loss and the predictions of several targets.
@Suite struct TargetLossTests {
    private static let targets: [TargetOutput] = {
        var arousal = TargetOutput("arousal", .regression)
        (arousal.offset, arousal.scale) = (3, 2)
        return [
            arousal, TargetOutput("emotion", .classification, classes: ["a", "b", "c"]),
            TargetOutput("mood", .multiLabel, classes: ["x", "y"]),
            TargetOutput("intensity", .ordinal, role: .auxiliary, classes: ["low", "mid", "high"]),
        ]
    }()

    private static func terms(_ weights: [Double] = [1, 1, 1, 1]) -> [TargetLoss.Term] {
        let losses: [any LossSpec] = [
            MeanSquaredErrorLoss(), CrossEntropyLoss(), BinaryCrossEntropyLoss(), BinaryCrossEntropyLoss(),
        ]
        return zip(zip(targets, losses), weights).map { TargetLoss.Term($0.0, $0.1, weight: $1) }
    }

    private static let outputs = Tensor.normal([5, 8], using: RandomGenerator(seed: 3))
    private static let wanted = Tensor(
        [
            1, 1, 0, 0, 0, 1, 1, 0,
            5, 0, 1, 0, 1, 1, 0, 0,
            3, 0, 0, 1, 0, 0, 1, 1,
            .nan, 0, 1, 0, .nan, .nan, 1, 1,
            2, .nan, .nan, .nan, 1, 0, .nan, .nan,
        ] as [Real], shape: [5, 8])

    private func value(_ loss: TargetLoss) -> Double {
        Double(loss.mean(Self.outputs, .values(Self.wanted)).item())
    }

    /// Each loss sees the examples that have its target, on the scale of the outputs.
    @Test func isTheWeightedSumOverExamplesWithTheTarget() throws {
        func rows(_ rows: [Int], _ columns: Range<Int>) -> (Tensor, Tensor) {
            let order = Indices(rows)
            return (
                Self.outputs.indexSelected(order, axis: 0).slice(axis: 1, columns),
                Self.wanted.indexSelected(order, axis: 0).slice(axis: 1, columns)
            )
        }
        let (a, arousal) = rows([0, 1, 2, 4], 0..<1)
        let (e, emotion) = rows([0, 1, 2, 3], 1..<4)
        let (m, mood) = rows([0, 1, 2, 4], 4..<6)
        let (i, intensity) = rows([0, 1, 2, 3], 6..<8)
        let parts = [
            MeanSquaredErrorLoss().mean(a, .values((arousal - 3) / 2)),
            CrossEntropyLoss().mean(e, .values(emotion)), BinaryCrossEntropyLoss().mean(m, .values(mood)),
            BinaryCrossEntropyLoss().mean(i, .values(intensity)),
        ].map { Double($0.item()) }
        let weights = [0.5, 2, 1, 0.25]
        let sum = zip(parts, weights).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(value(TargetLoss(Self.terms(weights))) - sum) < 1e-5)

        // With learned uncertainties of 0, a regression has half of its loss (Kendall et al. 2018).
        let learned = TargetLoss(Self.terms(), weighting: .uncertainty)
        #expect(abs(value(learned) - (parts.reduce(0, +) - parts[0] / 2)) < 1e-5)
        #expect(learned.parameters.map(\.name) == ["arousal", "emotion", "mood", "intensity"])
        learned.parameters[1].parameter.value = Tensor([0.7], shape: [])
        let wanted = parts.reduce(0, +) - parts[0] / 2 + parts[1] * (exp(-0.7) - 1) + 0.35
        #expect(abs(value(learned) - wanted) < 1e-5)

        // The outputs of a model file carry the variances.
        #expect(TargetLoss(Self.terms()).outputs.allSatisfy { $0.logVariance == nil })
        var terms = Self.terms()
        for (index, output) in learned.outputs.enumerated() { terms[index].output = output }
        #expect(value(TargetLoss(terms, weighting: .uncertainty)) == value(learned))
    }

    @Test func gradients() throws {
        let loss = TargetLoss(Self.terms([1, 2, 0.5, 1]))
        let report = try checkGradient("targets", at: [Self.outputs]) {
            loss.mean($0[0], .values(Self.wanted))
        }
        #expect(report.isCorrect, "\(report)")
    }

    @Test func examplesWithoutAnyTargetHaveNoLoss() {
        let none = Tensor.full([2, 8], .nan)
        let loss = TargetLoss(Self.terms())
        let outputs = Tensor.normal([2, 8], using: RandomGenerator(seed: 3))
        #expect(loss.mean(outputs, .values(none)).item() == 0 && loss.rightCount(outputs, .values(none)) == 0)
    }

    @Test func accuracyIsThatOfTheMainClassification() {
        let loss = TargetLoss(Self.terms())
        let best = Self.outputs.slice(axis: 1, 1..<4).argmax(axis: 1).values
        let right = zip(best, [0, 1, 2, 1]).count { $0 == $1 }
        #expect(loss.hasAccuracy && loss.rightCount(Self.outputs, .values(Self.wanted)) == right)
        #expect(!TargetLoss([Self.terms()[0]]).hasAccuracy)
    }

    @Test func outputsOfOrderedClassesAreProbabilities() {
        let target = Self.targets[3]
        let row = target.probabilities([0.4, -1.1])
        func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
        #expect(abs(row[0] - (1 - sigmoid(0.4))) < 1e-12 && abs(row[2] - sigmoid(-1.1)) < 1e-12)
        // A higher level cannot be more probable than a lower one.
        for outputs in [[-1.0, 2], [50, -50], [-50, 50]] {
            let row = target.probabilities(outputs)
            #expect(row.allSatisfy { $0 >= 0 } && abs(row.reduce(0, +) - 1) < 1e-12)
        }
    }

    /// A training of several targets with learned weights learns all of them, and resumes with the same bits.
    @Test func trainsSeveralTargetsAndResumes() throws {
        let generator = RandomGenerator(seed: 5)
        let inputs = Tensor.normal([64, 4], using: generator)
        let numbers = inputs.array
        var targets = [
            TargetOutput("sum", .regression), TargetOutput("sign", .classification, classes: ["-", "+"]),
        ]
        (targets[0].offset, targets[0].scale) = (1, 2)
        let wanted = Tensor(
            (0..<64).flatMap { row -> [Real] in
                let sum = (0..<4).reduce(0) { $0 + numbers[row * 4 + $1] }
                return [1 + 2 * sum, sum < 0 ? 1 : 0, sum < 0 ? 0 : 1]
            }, shape: [64, 3])
        let batches = TargetBatches(inputs, wanted)
        func makeLoss() -> TargetLoss {
            TargetLoss(
                [.init(targets[0], MeanSquaredErrorLoss()), .init(targets[1], CrossEntropyLoss())],
                weighting: .uncertainty)
        }
        func trainer(_ loss: TargetLoss) throws -> Trainer {
            var options = TrainingOptions()
            (options.epochs, options.batchSize) = (30, 16)
            options.selection.weights = .last
            let model = try Model(
                text: #"[{"type": "dense", "units": 3}]"#, input: [4], generator: RandomGenerator(seed: 1))
            return Trainer(
                .init(
                    model: model, loss: loss,
                    optimizer: Adam(learningRate: 0.05), options: options, seed: 1), batches: batches)
        }
        func train(_ trainer: Trainer, epochs: Int) throws {
            for _ in 0..<epochs {
                while trainer.batch < trainer.batchesPerEpoch { try trainer.step() }
                _ = try trainer.endEpoch()
            }
        }
        let (loss, resumed) = (makeLoss(), makeLoss())
        let whole = try trainer(loss)
        try train(whole, epochs: 30)
        let predictions = try Predictions(
            of: whole.model, for: BatchList([try batches.batch(epoch: 0, index: 0)]), targets: targets,
            loss: loss)
        #expect(try Metric.concordance.value(of: predictions) > 0.98)
        #expect(try Metric.accuracy.value(of: predictions) > 0.9)
        let variances = loss.parameters.map { $0.parameter.value.item() }
        #expect(variances.allSatisfy { $0 < -0.1 })

        let first = try trainer(makeLoss())
        try train(first, epochs: 11)
        let state = first.state()
        let second = try trainer(resumed)
        let tensors = try SafeTensors(bytes: Data(SafeTensors.encode(state.tensors)), name: "state")
        try second.restore(state.json, tensors, file: "state")
        try train(second, epochs: 19)
        #expect(second.model.namedTensors.map(\.1.array) == whole.model.namedTensors.map(\.1.array))
        #expect(resumed.parameters.map { $0.parameter.value.item() } == variances)
        // The state of another training has no uncertainties.
        let other = state.tensors.filter { !$0.0.hasPrefix("loss.") }
        #expect(throws: FileError.self) {
            try trainer(makeLoss()).restore(
                state.json, SafeTensors(bytes: Data(SafeTensors.encode(other)), name: "state"), file: "state")
        }
    }
}

/// Batches of 16 examples.
private final class TargetBatches: TrainingBatches {
    private let inputs: Tensor
    private let targets: Tensor

    init(_ inputs: Tensor, _ targets: Tensor) { (self.inputs, self.targets) = (inputs, targets) }

    var count: Int { inputs.shape[0] / 16 }

    func batch(epoch: Int, index: Int) throws -> Batch {
        let rows = index * 16..<(index + 1) * 16
        return Batch(
            inputs: Signal(inputs.slice(axis: 0, rows)), targets: .values(targets.slice(axis: 0, rows)),
            ids: rows.map(String.init))
    }
}
