import Autograd
import Configuration
import Foundation
import Lab
import TestSupport
import Layers
import Testing

@Suite struct EnsembleTests {
    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ensemble-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path)
    }

    private static let recurrent =
        #"[{"type": "feature_norm"}, {"type": "gru", "units": 3, "output": "last"}, {"type": "batch_norm"}, {"type": "dense", "units": 2}]"#
    private static let pooled = #"[{"type": "global_pool"}, {"type": "dense", "units": 2}]"#

    private func write(
        _ text: String, _ file: String, seed: UInt64, classes: [String] = ["glad", "sad"], count: Int = 40
    ) throws -> Model {
        let model = try Model(text: text, input: [9, 4], generator: RandomGenerator(seed: seed))
        let data = Tensor.normal([8, 9, 4], mean: 0, deviation: 1, using: RandomGenerator(seed: seed))
        model.fitFeatureNorms([Signal(data)])
        let card = ModelCard(
            classes: classes, features: ["type": "mfcc", "n_mfcc": JSONValue(.integer(count))],
            sampleRate: 8000)
        try ModelFile.write(model, card: card, to: file)
        return model
    }

    /// Models of different kinds, each with the padding that it sees alone.
    @Test func itSaysTheMeanOfLogits() throws {
        try inFolder { folder in
            let files = (1...3).map { "\(folder)/\($0).safetensors" }
            let members = [
                try write(Self.recurrent, files[0], seed: 1), try write(Self.recurrent, files[1], seed: 2),
                try write(Self.pooled, files[2], seed: 3),
            ]
            let (model, card) = try Ensemble.combine(files)
            #expect(card.classes == ["glad", "sad"] && card.sampleRate == 8000)
            let x = Tensor.normal([3, 9, 4], mean: 0, deviation: 1, using: RandomGenerator(seed: 3))
            let lengths = [9, 4, 1]
            let outputs = members.map { $0(x, lengths: lengths).array }
            for (place, value) in model(x, lengths: lengths).array.enumerated() {
                let mean = outputs.reduce(0) { $0 + $1[place] } / 3
                #expect(abs(value - mean) < 1e-6)
            }
            let file = folder + "/all.safetensors"
            try ModelFile.write(model, card: card, to: file)
            let again = try ModelFile.read(file).model
            #expect(again(x, lengths: lengths).array == model(x, lengths: lengths).array)
        }
    }

    /// A fitted forest and a network vote by their probabilities, of which those of the forest count twice.
    @Test func fittedModelsAndNetworksVoteSoftly() throws {
        try inFolder { folder in
            let files = (1...2).map { "\(folder)/\($0).safetensors" }
            let network = try write(Self.pooled, files[0], seed: 3)
            let forest = try Model(
                Model.spec(JSONValue.parse(#"[{"type": "random_forest", "n_estimators": 4}]"#))
                    .resolvingUnits(classes: 2), input: [9, 4], generator: RandomGenerator(seed: 1))
            let data = Tensor.normal([20, 9, 4], mean: 0, deviation: 1, using: RandomGenerator(seed: 5))
            try forest.fitLayers(
                to: FittingExamples([Signal(data)], labels: (0..<20).map { $0 % 2 }, classes: 2),
                generator: RandomGenerator(seed: 2))
            let card = try ModelFile.read(files[0]).card
            try ModelFile.write(forest, card: card, to: files[1])
            let vote = EnsembleVote(.soft, weights: [1, 2])
            let (model, ownCard) = try Ensemble.combine(files, vote: vote)
            let x = Tensor.normal([3, 9, 4], mean: 0, deviation: 1, using: RandomGenerator(seed: 6))
            let (a, b) = (network(x).softmax().array, forest(x).softmax().array)
            for (place, value) in model(x).softmax().array.enumerated() {
                #expect(abs(value - (a[place] + 2 * b[place]) / 3) < 1e-5)
            }
            let file = folder + "/vote.safetensors"
            try ModelFile.write(model, card: ownCard, to: file)
            #expect(try ModelFile.read(file).model(x).array == model(x).array)
            #expect(throws: FileError.self) {
                try Ensemble.combine(files, vote: EnsembleVote(.soft, weights: [1]))
            }
        }
    }

    /// An ensemble predicts the most probable class, and says that the rules of its models are not used.
    @Test func decisionRulesAreNotThoseOfTheEnsemble() throws {
        try inFolder { folder in
            let files = (1...2).map { "\(folder)/\($0).safetensors" }
            let models = try zip(files, [1, 2]).map { try write(Self.pooled, $0, seed: UInt64($1)) }
            #expect(try Ensemble.decisionNote(files) == nil)
            let note =
                "the decision rules of the models (evaluation.thresholds) are not used: an ensemble predicts "
            var card = try ModelFile.read(files[1]).card
            card.decisions = try JSONValue.parse(#"{"targets": [{"target": "class", "weights": [1, 9]}]}"#)
            for (file, model) in zip(files, models) { try ModelFile.write(model, card: card, to: file) }
            #expect(try Ensemble.decisionNote(files) == note + "the most probable class")
            #expect(try Ensemble.combine(files).card.decisions == nil)
            card.decisions = try JSONValue.parse(#"{"targets": [{"target": "a", "thresholds": [0.2]}]}"#)
            try ModelFile.write(models[0], card: card, to: files[0])
            #expect(
                try Ensemble.decisionNote(files)
                    == note + "the most probable class and labels with a probability of at least 0.5")
        }
    }

    @Test func whatDoesNotFitIsRefused() throws {
        try inFolder { folder in
            let files = (1...3).map { "\(folder)/\($0).safetensors" }
            _ = try write(Self.pooled, files[0], seed: 1)
            _ = try write(Self.pooled, files[1], seed: 2, classes: ["sad", "glad"])
            _ = try write(Self.pooled, files[2], seed: 3, count: 13)
            let classes = #expect(throws: FileError.self) { try Ensemble.combine([files[0], files[1]]) }
            #expect(classes?.file == files[1] && classes?.place == "classes[0]")
            #expect(classes?.found == "\"sad\"" && classes?.allowed.hasPrefix("\"glad\", as in ") == true)
            let features = #expect(throws: FileError.self) { try Ensemble.combine([files[0], files[2]]) }
            #expect(features?.place == "features.n_mfcc" && features?.found == "13")
            #expect(throws: FileError.self) { try Ensemble.combine([files[0]]) }
            #expect(throws: (any Error).self) { try Ensemble.combine([files[0], folder + "/none"]) }
        }
    }
}
