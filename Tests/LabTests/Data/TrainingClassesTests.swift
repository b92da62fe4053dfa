import Autograd
import Configuration
import Lab
import Layers
import SpeechEmotion
import Testing

@Suite struct TrainingClassesTests {
    private static let config = """
        {"name": "counts", "data": {"source": {"type": "synthetic", "speakers": 6, "repetitions": 1}},
         "split": {"type": "grouped", "test": 2, "validation": 1},
         "features": {"sample_rate": 8000, "layout": {"type": "summary", "entries": [{"feature": {"type": "zcr",
          "frame_length": 512, "hop_length": 256}, "statistics": ["mean"]}]}},
         "augmentation": {"copies": [[], [{"type": "gain", "decibels": -6}]]},
         "model": {"type": "decision_tree"}}
        """

    private static func experiment(_ settings: [String]) throws -> Experiment {
        try Experiment.resolve(JSONValue.parse(config), settings: settings).experiment
    }

    /// The examples are those of the training set itself: balancing draws from the clips with their copies.
    @Test(arguments: [
        #"{"rule": "all"}"#, #"{"rule": "weights"}"#, #"{"max_per_class": 3}"#, #"{"rule": "undersample"}"#,
        #"{"rule": "oversample", "max_per_class": 5}"#,
    ])
    func countsAreThoseOfTheTrainingSet(_ balance: String) throws {
        let experiment = try Self.experiment(["data.balance=\(balance)"])
        let data = try ExperimentData(experiment)
        let training = try TrainingSet(
            data.clips(.train), data.loading, plan: experiment.augmentation.afterSplit, batch: 8,
            generator: RandomGenerator(seed: 1), draw: experiment.data.balance.draw)
        let found = TrainingClasses(experiment, data)
        #expect(found.examples == training.classCounts(found.classes.count))
        #expect(found.clips.reduce(0, +) == data.split.train.count)
    }

    @Test func weightsAreThoseOfTheFit() throws {
        let plain = try Self.experiment([])
        let data = try ExperimentData(plain)
        #expect(TrainingClasses(plain, data).weights.allSatisfy { $0 == 1 })
        let weighted = try Self.experiment([#"data.balance={"rule": "weights"}"#])
        let found = TrainingClasses(weighted, data)
        // Balanced: every class has the same weight in sum.
        let total = Double(found.examples.reduce(0, +)) / Double(found.classes.count)
        #expect(found.effective.allSatisfy { abs($0 - total) < 1e-9 })
        let given = try Self.experiment([
            #"model={"type": "decision_tree", "class_weight": [1, 2, 3, 4, 5, 6, 7, 8]}"#
        ])
        #expect(TrainingClasses(given, data).weights == [1, 2, 3, 4, 5, 6, 7, 8])
        let network = try Self.experiment([
            #"model=[{"type": "dense", "units": "classes"}]"#,
            #"loss={"type": "cross_entropy", "class_weights": [1, 1, 1, 1, 2, 2, 2, 2]}"#,
        ])
        #expect(TrainingClasses(network, data).weights == [1, 1, 1, 1, 2, 2, 2, 2])
    }
}
