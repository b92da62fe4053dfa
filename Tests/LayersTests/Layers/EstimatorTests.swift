import Autograd
import Classical
import Configuration
import Foundation
import Layers
import Testing

@Suite struct EstimatorTests {
    static let kinds = [
        #"{"type": "decision_tree"}"#,
        #"{"type": "random_forest", "n_estimators": 7, "class_weight": "balanced"}"#,
        #"{"type": "extra_trees", "n_estimators": 7, "max_features": 0.5}"#, #"{"type": "svc"}"#,
        #"{"type": "svc", "kernel": "poly", "degree": 2, "gamma": 0.1, "coef0": 1, "probability": true}"#,
        #"{"type": "linear_svc"}"#, #"{"type": "logistic_regression", "penalty": "l1"}"#,
        #"{"type": "ridge_classifier"}"#, #"{"type": "linear_discriminant"}"#, #"{"type": "gaussian_nb"}"#,
        #"{"type": "k_neighbors", "weights": "distance"}"#,
    ]
    static let steps = [
        #"{"type": "standard_scaler"}"#, #"{"type": "robust_scaler"}"#, #"{"type": "min_max_scaler"}"#,
        #"{"type": "pca", "n_components": 3}"#, #"{"type": "pca", "n_components": 0.9}"#,
        #"{"type": "select_k_best", "k": 2}"#, #"{"type": "select_from_model", "max_features": 3}"#,
    ]

    /// Three classes of sequences with padding.
    private static func examples(_ count: Int, seed: UInt64) -> FittingExamples {
        let generator = RandomGenerator(seed: seed)
        let labels = (0..<count).map { $0 % 3 }
        let noise = Tensor.normal([count, 4, 2], mean: 0, deviation: 1, using: generator).array
        let values = noise.enumerated().map { index, value in
            value + Real(2 * labels[index / 8]) * (index % 2 == 0 ? 1 : -0.5)
        }
        let x = Signal(
            Tensor(values, shape: [count, 4, 2]), lengths: (0..<count).map { $0 % 5 == 0 ? 2 : 4 })
        return FittingExamples([x], labels: labels, classes: 3)
    }

    private static func model(_ layers: String) throws -> Model {
        try Model(
            Model.spec(JSONValue.parse(layers)).resolvingUnits(classes: 3), input: [4, 2],
            generator: RandomGenerator(seed: 1))
    }

    private static func accuracy(_ model: Model, _ examples: FittingExamples) -> Double {
        let outputs = model.forward(examples.batches[0], .inference).tensor
        let right = zip(outputs.argmax(axis: -1).values, examples.labels).count { $0 == $1 }
        return Double(right) / Double(examples.labels.count)
    }

    @Test(arguments: kinds)
    func aFittedClassifierComesBackFromItsFile(_ kind: String) throws {
        let model = try Self.model("[\(Self.steps[0]), \(kind)]")
        try model.fitLayers(to: Self.examples(90, seed: 2), generator: RandomGenerator(seed: 3))
        let test = Self.examples(60, seed: 4)
        #expect(Self.accuracy(model, test) > 0.7)
        let file = NSTemporaryDirectory() + "estimator-\(UUID().uuidString).safetensors"
        defer {
            for ending in ["safetensors", "json"] {
                try? FileManager.default.removeItem(atPath: file.dropLast(11) + ending)
            }
        }
        try ModelFile.write(model, card: ModelCard(classes: ["a", "b", "c"]), to: file)
        let again = try ModelFile.read(file).model
        let outputs = model.forward(test.batches[0], .inference).tensor.array
        let areFinite = outputs.allSatisfy { $0.isFinite }
        #expect(areFinite)
        #expect(again.forward(test.batches[0], .inference).tensor.array == outputs)
        #expect(again.layerNamesOfEstimators == model.layerNamesOfEstimators)
    }

    @Test(arguments: steps)
    func stepsComeBefore(_ step: String) throws {
        let model = try Self.model(#"[\#(step), {"type": "linear_discriminant"}]"#)
        try model.fitLayers(to: Self.examples(90, seed: 2), generator: RandomGenerator(seed: 3))
        #expect(Self.accuracy(model, Self.examples(60, seed: 4)) > 0.7)
    }

    /// A fitted model and a network answer together: the mean of their outputs.
    @Test func branchesJoinFittedModels() throws {
        let model = try Self.model(
            #"{"type": "parallel", "join": "average", "branches": [{"type": "random_forest", "n_estimators": 5}, {"type": "sequential", "layers": [{"type": "standard_scaler"}, {"type": "svc"}]}]}"#
        )
        try model.fitLayers(to: Self.examples(90, seed: 2), generator: RandomGenerator(seed: 3))
        #expect(Self.accuracy(model, Self.examples(60, seed: 4)) > 0.7)
        #expect(model.fittedLayers.count == 3)
    }

    /// The probabilities of members, of which the first counts three times as much, by hand.
    @Test func softVotingIsTheWeightedMeanOfProbabilities() throws {
        let members = [
            #"{"type": "random_forest", "n_estimators": 5}"#,
            #"{"type": "sequential", "layers": [{"type": "standard_scaler"}, {"type": "logistic_regression"}]}"#,
        ]
        let voting = try Self.model(
            #"{"type": "voting", "estimators": [\#(members.joined(separator: ", "))], "weights": [3, 1]}"#)
        try voting.fitLayers(to: Self.examples(90, seed: 2), generator: RandomGenerator(seed: 3))
        let layer = try #require(voting.layer as? Voting)
        let x = Self.examples(60, seed: 4).batches[0]
        let probabilities = layer.estimators.map { estimator in
            estimator.forward(x, .inference).tensor.softmax(axis: -1).array.map { Double($0) }
        }
        let found = voting.forward(x, .inference).tensor.array.map { exp(Double($0)) }
        for (place, value) in found.enumerated() {
            let mean = (3 * probabilities[0][place] + probabilities[1][place]) / 4
            #expect(abs(value - mean) < 1e-5)
        }
        #expect(voting.fittedLayers.count == 3)
    }

    @Test(arguments: [
        (#""estimators": [{"type": "svc"}, {"type": "gaussian_nb"}]"#, "\"probability\": true"),
        (#""estimators": [{"type": "gaussian_nb"}, {"type": "ridge_classifier"}]"#, "logits"),
        (#""estimators": [{"type": "gaussian_nb"}], "weights": [1, 2]"#, "one per classifier"),
        (#""estimators": [{"type": "gaussian_nb"}], "weights": [0]"#, "0.000001"),
    ])
    func votesThatCannotBeCountedAreRefused(_ options: String, _ words: String) throws {
        let error = #expect(throws: ConfigurationError.self) {
            try Model.spec(JSONValue.parse(#"{"type": "voting", \#(options)}"#))
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains(words), "\(error.map { "\($0)" } ?? "")")
    }

    /// Damage to any array is an error, never a crash.
    @Test(arguments: kinds)
    func damagedArraysAreRefused(_ kind: String) throws {
        let model = try Self.model("[\(kind)]")
        try model.fitLayers(to: Self.examples(60, seed: 2), generator: RandomGenerator(seed: 3))
        try expectDamageIsRefused(model, Self.examples(6, seed: 6).batches[0])
    }
}

/// Damages arrays of a model's first fitted layer. A layer that takes them must compute outputs, because a changed number may
/// still belong to a model.
func expectDamageIsRefused(_ model: Model, _ input: Signal) throws {
    let layer = try #require(model.fittedLayers[0] as? any EstimatorLayer)
    let arrays = try #require(layer.fittedModel).arrays
    let generator = RandomGenerator(seed: 5)
    for round in 0..<300 {
        var damaged = arrays
        let place = generator.below(arrays.count)
        switch round % 5 {
        case 0: damaged.remove(at: place)
        case 1: damaged[place].values = []
        case 2: if !damaged[place].values.isEmpty { damaged[place].values.removeLast() }
        case 3: damaged[place].name = ["7_weight", "weight", "-1_x", "_"][generator.below(4)]
        default:
            guard !damaged[place].values.isEmpty else { continue }
            let value = [Double.nan, -1, 1e30, 0.5, 1e7][generator.below(5)]
            damaged[place].values[generator.below(damaged[place].values.count)] = value
        }
        guard (try? layer.restore(damaged)) != nil else { continue }
        _ = model.forward(input, .inference)
    }
}

extension Model {
    fileprivate var layerNamesOfEstimators: [String] { fittedLayers.map(\.typeName) }
}
