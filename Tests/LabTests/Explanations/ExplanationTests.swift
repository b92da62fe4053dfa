import Autograd
import Classical
import Configuration
import Lab
import Foundation
import Layers
import Metrics
import SpeechEmotion
import Testing
import Training

@Suite struct ExplanationTests {
    /// Rows of four columns, of which only the third tells the two classes apart.
    private static func examples(_ count: Int) -> FittingExamples {
        let generator = RandomGenerator(seed: 1)
        let labels = (0..<count).map { $0 % 2 }
        let values = (0..<count * 4).map { index -> Real in
            let noise = Real(generator.uniform() - 0.5)
            return index % 4 == 2 ? Real(labels[index / 4]) * 4 + noise : noise
        }
        return FittingExamples([Signal(Tensor(values, shape: [count, 4]))], labels: labels, classes: 2)
    }

    private static func model(_ json: String) throws -> Model {
        let model = try Model(
            Model.spec(JSONValue.parse(json)).resolvingUnits(classes: 2), input: [4],
            generator: RandomGenerator(seed: 1))
        try model.fitLayers(to: examples(80), generator: RandomGenerator(seed: 2))
        return model
    }

    @Test(arguments: [
        #"{"type": "random_forest", "n_estimators": 10}"#, #"[{"type": "decision_tree"}]"#,
        #"[{"type": "standard_scaler"}, {"type": "select_k_best", "k": 2}, {"type": "extra_trees", "n_estimators": 10}]"#,
        #"[{"type": "gradient_boosting", "n_estimators": 5, "min_data_in_leaf": 2}]"#,
    ])
    func theColumnThatMattersIsFound(_ json: String) throws {
        let explanation = try TreeExplanation(Self.model(json))
        let importances = explanation.impurityImportances
        #expect(importances.count == 4 && importances.max() == importances[2])
        #expect(abs(importances.reduce(0, +) - 1) < 1e-6)
        let examples = Self.examples(20)
        let rows = Matrix(
            rows: 20, columns: 4, values: examples.batches[0].tensor.array.map { Double($0) })
        let shap = explanation.shapValues(rows, output: 1)
        let means = shap.map { $0.reduce(0) { $0 + abs($1) } }
        #expect(means.max() == means[2] && means[2] > 0)
        // A larger value speaks for class 1.
        for row in 0..<20 { #expect((shap[2][row] > 0) == (examples.labels[row] == 1)) }
    }

    /// The values of a class add up to its own output: the log-odds of class 0 are the opposite of those of class 1.
    @Test func twoClassBoostingExplainsEitherClass() throws {
        let model = try Self.model(
            #"[{"type": "gradient_boosting", "n_estimators": 5, "min_data_in_leaf": 2}]"#)
        let explanation = try TreeExplanation(model)
        #expect(explanation.shapOutput == "log-odds")
        let examples = Self.examples(20)
        let values = examples.batches[0].tensor.array.map { Double($0) }
        let rows = Matrix(rows: 20, columns: 4, values: values)
        let outputs = model.forward(examples.batches[0], .inference).tensor.array.map { Double($0) }
        for label in 0..<2 {
            let shap = explanation.shapValues(rows, output: label)
            let sums = (0..<20).map { row in shap.reduce(0) { $0 + $1[row] } }
            let odds = (0..<20).map { outputs[2 * $0 + label] - outputs[2 * $0 + 1 - label] }
            for row in 1..<20 { #expect(abs((sums[row] - sums[0]) - (odds[row] - odds[0])) < 1e-4) }
        }
        let importances = explanation.shapImportances(rows, outputs: 2)
        let one = explanation.shapValues(rows, output: 1)[2].reduce(0) { $0 + abs($1) } / 20
        #expect(abs(importances[2] - one) < 1e-12)
    }

    /// The values of a number add up to it, up to a constant.
    @Test(arguments: [
        #"{"type": "random_forest_regressor", "n_estimators": 5, "units": 2}"#,
        #"[{"type": "standard_scaler"}, {"type": "gradient_boosting_regressor", "n_estimators": 5, "min_data_in_leaf": 2, "units": 2}]"#,
    ])
    func numbersAreExplained(_ json: String) throws {
        let model = try Model(
            Model.spec(JSONValue.parse(json)), input: [4], generator: RandomGenerator(seed: 1))
        let generator = RandomGenerator(seed: 5)
        let values = (0..<240).map { _ in Real(generator.uniform()) }
        let x = Tensor(values, shape: [60, 4])
        let targets = (0..<60).map { row in
            [Double(values[row * 4]), 3 * Double(values[row * 4 + 1])]
        }
        try model.fitLayers(
            to: FittingExamples([Signal(x)], labels: targets.map { _ in 0 }, classes: 1, outputs: targets),
            generator: RandomGenerator(seed: 2))
        let explanation = try TreeExplanation(model)
        #expect(explanation.shapOutput == "predicted value")
        let rows = Matrix(rows: 60, columns: 4, values: values.map { Double($0) })
        let outputs = model.forward(Signal(x), .inference).tensor.array.map { Double($0) }
        for output in 0..<2 {
            let shap = explanation.shapValues(rows, output: output)
            let sums = (0..<60).map { row in shap.reduce(0) { $0 + $1[row] } }
            for row in 1..<60 {
                let change = outputs[2 * row + output] - outputs[output]
                #expect(abs((sums[row] - sums[0]) - change) < 1e-4)
            }
            let means = shap.map { $0.reduce(0) { $0 + abs($1) } }
            #expect(means.max() == means[output])
        }
        let importances = explanation.shapImportances(rows, outputs: 2)
        #expect(importances[1] > importances[0] && importances[0] > importances[2])
    }

    /// Each label has a forest of its own, whose probability is explained.
    @Test func labelsAreExplained() throws {
        let json =
            #"{"type": "multi_output", "units": 2, "estimator": {"type": "random_forest", "n_estimators": 10}}"#
        let model = try Model(
            Model.spec(JSONValue.parse(json)).resolvingUnits(classes: 2), input: [4],
            generator: RandomGenerator(seed: 1))
        let generator = RandomGenerator(seed: 5)
        let values = (0..<240).map { _ in Real(generator.uniform()) }
        let labels = (0..<60).map { row in (0..<2).map { values[row * 4 + $0] > 0.5 ? 1.0 : 0 } }
        try model.fitLayers(
            to: FittingExamples(
                [Signal(Tensor(values, shape: [60, 4]))], labels: labels.map { _ in 0 }, classes: 2,
                outputs: labels),
            generator: RandomGenerator(seed: 2))
        let explanation = try TreeExplanation(model)
        #expect(explanation.shapOutput == "probability")
        let rows = Matrix(rows: 60, columns: 4, values: values.map { Double($0) })
        let odds = model.forward(
            Signal(Tensor(values, shape: [60, 4])), .inference
        ).tensor.array.map { Double($0) }
        for output in 0..<2 {
            let shap = explanation.shapValues(rows, output: output)
            let means = shap.map { $0.reduce(0) { $0 + abs($1) } }
            #expect(means.max() == means[output])
            let sums = (0..<60).map { row in shap.reduce(0) { $0 + $1[row] } }
            let chances = (0..<60).map { 1 / (1 + exp(-odds[2 * $0 + output])) }
            for row in 1..<60 {
                let (change, wanted) = (sums[row] - sums[0], chances[row] - chances[0])
                #expect(abs(change - wanted) < 1e-3, "\(change) \(wanted)")
            }
        }
        let shares = explanation.impurityImportances
        #expect(abs(shares.reduce(0, +) - 1) < 1e-6 && shares[0] > shares[2] && shares[1] > shares[3])
    }

    /// Sequences of 4 to 6 frames, of whose three channels only the last tells the classes apart, by its rise.
    private final class Ramps: FeatureSource {
        let shape = [6, 3]

        func features(of clip: Clip, transforms: [WaveformTransform?]) throws -> [Features] {
            let number = Int(clip.id) ?? 0
            let length = 4 + number % 3
            var values: [Float] = []
            for frame in 0..<length {
                let ramp = Float(frame) * (clip.label == "up" ? 1 : -1)
                values += [Float(number % 5), 1, ramp]
            }
            values += Array(repeating: 0, count: 18 - values.count)
            return [Features(shape: shape, values: values, length: length)]
        }
    }

    @Test func channelsOfSequencesAreShuffledAsAWhole() throws {
        let clips = (0..<40).map { number in
            Clip(
                id: "\(number)", source: .file(path: "none", start: nil, end: nil),
                label: number % 2 == 0 ? "down" : "up")
        }
        let set = try EvaluationSet(
            clips, FeatureLoading(source: Ramps(), classes: ["down", "up"]), batch: 7)
        // The mean over time of the last channel decides.
        let model = try Model(
            Model.spec(
                JSONValue.parse(
                    #"[{"type": "global_pool"}, {"type": "dense", "units": 2}]"#)),
            input: [6, 3], generator: RandomGenerator(seed: 1))
        model.parameters[0].value = Tensor([0, 0, 0, 0, -1, 1], shape: [3, 2])
        let names = ["mfcc_0", "mfcc_1", "slope"]
        func found(_ families: Bool) throws -> [Double] {
            try ModelPermutation(repeats: 4).compute(
                model, set, groups: families ? FeatureFamilies(names).columns : nil
            ) { batches in
                try Metric.uar.value(
                    of: Predictions(
                        of: model, for: batches, classes: ["down", "up"], loss: CrossEntropyLoss()))
            }.means
        }
        let single = try found(false)
        #expect(single.count == 3 && single[0] == 0 && single[1] == 0)
        #expect(single[2] > 0.3 && single[2] < 0.7)
        let families = try found(true)
        #expect(families.count == 2 && families[0] == 0 && families[1] > 0.3)
        let threads = Parallel.threads
        defer { Parallel.threads = threads }
        Parallel.threads = 1
        #expect(try found(true) == families)
    }

    @Test(arguments: [
        (#"[{"type": "pca", "n_components": 2}, {"type": "random_forest"}]"#, "principal components"),
        (#"[{"type": "svc"}]"#, "not a tree model"),
        (#"[{"type": "dense", "units": 2}]"#, "not a tree model"),
    ])
    func modelsWithoutTreesOfColumnsAreRefused(_ json: String, _ words: String) throws {
        let model = try Self.model(json)
        let error = #expect(throws: InputError.self) { try TreeExplanation(model) }
        #expect(error?.description.contains(words) == true)
    }

    @Test func familiesFollowTheNames() {
        let families = FeatureFamilies([
            "mfcc_0_mean", "mfcc_1_mean", "mfcc_0_std", "rms_0_mean", "zcr_mean", "zcr_std", "7",
        ])
        #expect(families.names == ["mfcc", "rms", "zcr", "7"])
        #expect(families.columns == [[0, 1, 2], [3], [4, 5], [6]])
    }
}
