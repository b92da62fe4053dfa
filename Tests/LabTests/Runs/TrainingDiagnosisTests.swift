import Training
import Autograd
import Configuration
import Foundation
import Lab
import Layers
import Metrics
import TestSupport
import SpeechEmotion
import Testing

/// Failed trainings are told from others.
@Suite struct TrainingDiagnosisTests {
    private static let classes = ["a", "b", "c", "d"]

    private func epochs(
        _ losses: [Double], _ accuracies: [Double]? = nil, rate: Double = 0.001
    ) -> [EpochMetrics] {
        losses.indices.map { index in
            EpochMetrics(
                epoch: index + 1,
                values: [
                    ("train_loss", losses[index]), ("train_accuracy", accuracies?[index] ?? 0.9),
                    ("learning_rate", rate),
                ])
        }
    }

    /// So many examples of each class; `decide` gives the class that is predicted for an example.
    private func predictions(_ each: Int = 12, _ decide: (_ truth: Int, _ number: Int) -> Int) -> Predictions
    {
        var found = Predictions(classes: Self.classes)
        for truth in 0..<4 {
            for number in 0..<each {
                found.ids.append("\(truth) \(number)")
                found.truths.append(truth)
                let label = decide(truth, number)
                found.probabilities.append((0..<4).map { $0 == label ? 0.7 : 0.1 })
            }
        }
        return found
    }

    private func kinds(_ diagnosis: TrainingDiagnosis) -> [TrainingFinding.Kind] {
        diagnosis.findings.map(\.kind)
    }

    private func diagnosis(
        _ epochs: [EpochMetrics], _ predictions: Predictions? = nil
    ) -> TrainingDiagnosis {
        var diagnosis = TrainingDiagnosis(
            epochs: epochs,
            predictions: predictions ?? self.predictions { truth, number in number < 6 ? truth : 0 })
        (diagnosis.chance, diagnosis.examples, diagnosis.guessingLoss) = (0.25, 400, log(4))
        return diagnosis
    }

    @Test func ordinaryTrainingsHaveNoFindings() {
        for losses in [
            [1.4, 1.2, 1.0, 0.8], [1.4, 0.3, 0.31, 0.33, 0.32], [1.39, 1.37, 1.35],
            [0.02, 0.01, 0.0002, 0.0003],
            [2.0, 1.3, 1.31, 1.29], [1.4, 0.9, 0.4, 0.6, 0.4, 0.3, 0.45, 0.28], [5],
        ] {
            #expect(kinds(diagnosis(epochs(losses))) == [], "\(losses)")
        }
        // Few epochs, examples and units say nothing.
        #expect(kinds(diagnosis(epochs([1.4, 1.5], [0.2, 0.2]))) == [])
        #expect(kinds(diagnosis(epochs([1.4, 1, 0.8]), predictions(1) { _, _ in 0 })) == [])
        #expect(
            kinds(diagnosis(epochs([1.4, 1, 0.8]), predictions(2) { truth, _ in (truth + 1) % 4 })) == [])
        var few = diagnosis(epochs([1.4, 1, 0.8]))
        few.layers = [.init(place: "model[0] (dense)", units: 10, dead: 8)]
        #expect(kinds(few) == [])
    }

    @Test func aLossThatGrows() {
        let above = diagnosis(epochs([40, 30, 20, 10], rate: 1000)).findings
        #expect(
            above == [
                .init(
                    .lossAboveGuessing,
                    "Training diverged: the loss is 10 in epoch 4, above the 1.386 of a uniform prediction. Lower optimizer.learning_rate (1000), or set optimizer.clip_norm."
                )
            ])
        let losses = [1.4, 0.9, 0.4, 0.5, 0.8, 1.0, 1.1, 1.3]
        #expect(
            diagnosis(epochs(losses)).findings == [
                .init(
                    .lossRose,
                    "Training diverged: the loss rose from 0.4 in epoch 3 to 1.2 at the end (mean of the last 2 of 8 epochs). Lower optimizer.learning_rate (0.001), or set optimizer.clip_norm."
                )
            ])
        // Without a loss to compare with.
        var bare = diagnosis(epochs([40, 30, 41]))
        bare.guessingLoss = nil
        #expect(kinds(bare) == [.lossRose])
    }

    @Test func aLossThatStays() {
        func message(_ rate: Double) -> String {
            diagnosis(epochs([1.4, 1.41, 1.399], rate: rate)).findings.first?.message ?? ""
        }
        #expect(
            message(0.001)
                == "The training loss did not decrease: 1.4 in epoch 1 and 1.399 in epoch 3. Train for more epochs, try another optimizer.learning_rate (0.001), and check that the labels match their recordings."
        )
        #expect(message(1e-12).hasSuffix("in epoch 3. Raise optimizer.learning_rate (1e-12)."))
        #expect(message(0).hasSuffix("The learning rate is 0: raise optimizer.learning_rate."))
    }

    @Test func anAccuracyAtChance() {
        let found = diagnosis(epochs([1.4, 1.3, 1.2], [0.2, 0.3, 0.26])).findings
        #expect(
            found == [
                .init(
                    .trainingAtChance,
                    "The model did not learn: the training accuracy is 0.26 in epoch 3, no better than the 0.25 of a constant prediction. Train for more epochs, try another optimizer.learning_rate (0.001), and check that the labels match their recordings."
                )
            ])
        // 0.25 and twice the deviation of 400 examples is 0.2933.
        #expect(kinds(diagnosis(epochs([1.4, 1.3, 1.2], [0.2, 0.3, 0.2932]))) == [.trainingAtChance])
        #expect(kinds(diagnosis(epochs([1.4, 1.3, 1.2], [0.2, 0.3, 0.2934]))) == [])
        var unscored = diagnosis(epochs([1.4, 1.3, 1.2], [0, 0, 0]))
        unscored.chance = nil
        #expect(kinds(unscored) == [])
    }

    @Test func oneClassForEverything() {
        let found = diagnosis(epochs([1.4, 1.2, 1]), predictions { _, _ in 2 }).findings
        #expect(
            found == [
                .init(
                    .oneClass,
                    "The model predicts \"c\" for all 48 examples of the test set. Try another optimizer.learning_rate (0.001), more epochs, or data.balance if the classes are imbalanced."
                )
            ])
        var fitted = diagnosis([], predictions { _, _ in 2 })
        fitted.isFitted = true
        #expect(
            fitted.findings.map(\.message) == [
                "The model predicts \"c\" for all 48 examples of the test set. Try weaker regularization, more iterations, or data.balance if the classes are imbalanced."
            ])
    }

    @Test func measuredExamplesAtChance() {
        let found = diagnosis(
            epochs([1.4, 1.2, 1], [0.5, 0.7, 0.95]), predictions { truth, number in (truth + number) % 4 }
        ).findings
        #expect(
            found == [
                .init(
                    .measuredAtChance,
                    "The UAR on the test set is 0.25, no better than chance (0.25), at a training accuracy of 0.95: the model does not generalize. Check that the labels match their recordings, and that the training and test sets come from the same distribution."
                )
            ])
    }

    @Test func deadUnits() {
        var dead = diagnosis(epochs([1.4, 1.2, 1]))
        dead.layers = [
            .init(place: "model[1] (conv1d)", units: 48, dead: 46),
            .init(place: "model[2] (dense)", units: 8, dead: 0),
        ]
        #expect(
            dead.findings == [
                .init(
                    .deadUnits,
                    "model[1] (conv1d): 46 of 48 ReLU units are dead: they output 0 for every training example and receive no gradient. Lower optimizer.learning_rate (0.001), or use the activation \"leaky_relu\"."
                )
            ])
    }

    /// Units with a bias far below zero are dead; those of a list inside the list too.
    @Test func unitsThatAreZeroForAllExamplesAreCounted() throws {
        let model = try Model(
            text: """
                [{"type": "conv1d", "filters": 5, "kernel_size": 3, "padding": "same", "activation": "relu"},
                 {"type": "sequential", "layers": [{"type": "dense", "units": 4}, {"type": "activation", "function": "relu"}]},
                 {"type": "global_pool"}, {"type": "dense", "units": 3, "activation": "tanh"},
                 {"type": "dense", "units": 2}]
                """, input: [6, 2], generator: RandomGenerator(seed: 7))
        let batches = ToyBatches()
        func places() throws -> [UnitActivity] { try model.unitActivity(batches) }
        #expect(
            try places().map(\.place) == ["model[0] (conv1d)", "model[1].layers[1] (activation)"])
        #expect(try places().allSatisfy { !$0.isDead })
        let bias = try #require(model.namedParameters.first { $0.name == "1.0.bias" }?.parameter)
        bias.value = Tensor([-1000, -1000, -1000, -1000], shape: [4])
        #expect(
            try places() == [
                .init(place: "model[0] (conv1d)", units: 5, dead: try places()[0].dead),
                .init(place: "model[1].layers[1] (activation)", units: 4, dead: 4),
            ])
        bias.value = Tensor([-1000, 1000, -1000, -1000], shape: [4])
        #expect(try places()[1] == .init(place: "model[1].layers[1] (activation)", units: 4, dead: 3))
    }

    // MARK: Whole runs

    private final class Quiet: RunObserver {}

    private func run(_ folder: String, _ settings: [String]) throws -> [TrainingFinding.Kind] {
        var json = try JSONValue.parse(smallExperiment, source: "small.json")
        // The small experiment as it is ends before it has learned anything.
        let longer = [#"optimizer={"type": "adam", "learning_rate": 0.01}"#, "training.epochs=12"]
        for setting in longer + settings { try json.set(setting) }
        let path = folder + "/\(UUID().uuidString)"
        let result = try ExperimentRun(
            Experiment.decode(json), folder: RunFolder(path), observer: Quiet()
        ).run()
        let record = try RunRecord(path)
        #expect(record.result?.findings == result.findings)
        let page = try String(contentsOfFile: path + "/" + RunFile.report, encoding: .utf8)
        #expect(page.contains("Training problem:") == !result.findings.isEmpty)
        return result.findings.map(\.kind)
    }

    @Test(arguments: [
        [], ["seed=2"], ["seed=3", "training.epochs=24"],
        [#"data.balance={"rule": "weights"}"#], [#"loss={"type": "focal"}"#],
        [
            #"model=[{"type": "feature_norm"}, {"type": "flatten"}, {"type": "dense", "units": 16, "activation": "relu"}, {"type": "dense", "units": 8}]"#
        ],
    ])
    func smallRunsHaveNoFindings(_ settings: [String]) throws {
        try Toy.inFolder { folder in
            let found = try run(folder, settings)
            #expect(found == [])
        }
    }

    @Test func plantedFailuresAreFound() throws {
        try Toy.inFolder { folder in
            #expect(try run(folder, ["optimizer.learning_rate=1000"]).contains(.lossAboveGuessing))
            #expect(try run(folder, ["optimizer.learning_rate=1e-12"]).contains(.lossFlat))
            let dead =
                #"model=[{"type": "feature_norm"}, {"type": "flatten"}, {"type": "dense", "units": 8, "activation": "relu"}, {"type": "dense", "units": 8}]"#
            let found = try run(
                folder,
                [dead, "optimizer.learning_rate=10", "training.epochs=4", "training.selection.weights=last"])
            #expect(found.contains(.deadUnits), "\(found)")
        }
    }

    /// Noise has nothing to do with its labels.
    @Test func labelsWithoutSoundsThatBelongToThem() throws {
        try Toy.inFolder { folder in
            var rows = ["path,label,speaker"]
            for number in 0..<240 {
                let noise = Tensor.normal([4000], using: RandomGenerator(seed: UInt64(number))).array
                try AudioFile.write(
                    Waveform(noise.map { Float($0) / 10 }, rate: 8000), to: "\(folder)/\(number).wav")
                rows.append("\(number).wav,\(number % 4),\(number / 20)")
            }
            try rows.joined(separator: "\n").write(
                toFile: folder + "/list.csv", atomically: false, encoding: .utf8)
            let found = try run(
                folder,
                [
                    #"data={"source": {"type": "manifest", "file": "\#(folder)/list.csv"}}"#,
                    #"model[5]={"type": "dense", "units": 4}"#,
                ])
            #expect(
                found.contains(.trainingAtChance) || found.contains(.measuredAtChance), "\(found)")
        }
    }
}
