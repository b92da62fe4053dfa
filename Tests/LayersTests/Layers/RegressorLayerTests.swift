import Autograd
import Classical
import Configuration
import Foundation
import Layers
import Testing

/// Layers that learn the outputs of targets: numbers, labels and classes side by side.
@Suite struct RegressorLayerTests {
    static let kinds = [
        #"{"type": "svr", "C": 10}"#, #"{"type": "ridge"}"#,
        #"{"type": "k_neighbors_regressor", "weights": "distance"}"#, #"{"type": "decision_tree_regressor"}"#,
        #"{"type": "random_forest_regressor", "n_estimators": 7}"#,
        #"{"type": "extra_trees_regressor", "n_estimators": 7}"#,
        #"{"type": "gradient_boosting_regressor", "n_estimators": 20, "min_data_in_leaf": 3}"#,
        #"{"type": "multi_output", "estimator": {"type": "logistic_regression"}}"#,
    ]

    /// Vectors of three values, and two outputs that follow from them; every tenth example lacks the second.
    private static func examples(_ count: Int, seed: UInt64, labels: Bool = false) -> FittingExamples {
        let x = Tensor.normal([count, 3], mean: 0, deviation: 1, using: RandomGenerator(seed: seed))
        let numbers = x.array.map { Double($0) }
        let outputs = (0..<count).map { row -> [Double] in
            let (a, b, c) = (numbers[row * 3], numbers[row * 3 + 1], numbers[row * 3 + 2])
            let values = [0.5 * a - 0.3 * b, 0.4 * c + 0.2]
            return [
                labels ? values[0] > 0 ? 1 : 0 : values[0],
                row % 10 == 3 ? .nan : labels ? c > 0 ? 1 : 0 : values[1],
            ]
        }
        return FittingExamples(
            [Signal(x)], labels: Array(repeating: 0, count: count), classes: 1, outputs: outputs)
    }

    private static func model(_ layers: String, _ input: [Int] = [3]) throws -> Model {
        let targets = ["a": 1, "b": 1, "class": 3]
        return try Model(
            Model.spec(JSONValue.parse(layers)).resolvingUnits(classes: 2, targets: targets), input: input,
            generator: RandomGenerator(seed: 1))
    }

    private static func outputs(_ model: Model, _ examples: FittingExamples) -> [[Double]] {
        let numbers = model.forward(examples.batches[0], .inference).tensor.array.map { Double($0) }
        let width = numbers.count / examples.labels.count
        return examples.labels.indices.map { Array(numbers[$0 * width..<($0 + 1) * width]) }
    }

    private static func correlation(_ a: [Double], _ b: [Double]) -> Double {
        let (m, n) = (a.reduce(0, +) / Double(a.count), b.reduce(0, +) / Double(b.count))
        let (x, y) = (a.map { $0 - m }, b.map { $0 - n })
        func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        return dot(x, y) / (dot(x, x) * dot(y, y)).squareRoot()
    }

    @Test(arguments: kinds)
    func everyOutputIsLearnedAndComesBackFromItsFile(_ kind: String) throws {
        let isLabels = kind.contains("multi_output")
        let model = try Self.model("[\(kind)]")
        try model.fitLayers(
            to: Self.examples(120, seed: 2, labels: isLabels), generator: RandomGenerator(seed: 3))
        let test = Self.examples(60, seed: 4, labels: isLabels)
        let found = Self.outputs(model, test)
        for output in 0..<2 {
            let known = test.outputs.indices.filter { !test.outputs[$0][output].isNaN }
            #expect(
                Self.correlation(known.map { found[$0][output] }, known.map { test.outputs[$0][output] })
                    > 0.6, "\(output)")
        }
        let file = NSTemporaryDirectory() + "regressor-\(UUID().uuidString)"
        defer {
            for ending in [".safetensors", ".json"] {
                try? FileManager.default.removeItem(atPath: file + ending)
            }
        }
        try ModelFile.write(model, card: ModelCard(), to: file + ".safetensors")
        let again = try ModelFile.read(file + ".safetensors").model
        #expect(Self.outputs(again, test) == found)
    }

    /// Each output is the model that the module Classical fits to it alone, without the examples that lack it.
    @Test func outputsAreSeparateModels() throws {
        let examples = Self.examples(80, seed: 5)
        let model = try Self.model(#"[{"type": "ridge", "alpha": 2}]"#)
        try model.fitLayers(to: examples, generator: RandomGenerator(seed: 3))
        let found = Self.outputs(model, examples)
        let x = Matrix(rows: 80, columns: 3, values: examples.batches[0].tensor.array.map { Double($0) })
        for output in 0..<2 {
            let rows = (0..<80).filter { !examples.outputs[$0][output].isNaN }
            #expect(rows.count == (output == 0 ? 80 : 72))
            let alone = try RidgeOptions(alpha: 2).fit(
                x.rows(rows), targets: rows.map { examples.outputs[$0][output] }, weights: nil,
                generator: RandomGenerator(seed: 1))
            for (row, value) in alone.predictions(x).enumerated() {
                #expect(abs(value - found[row][output]) < 1e-5)
            }
        }
    }

    /// Branches learn the targets in their order: two numbers, and a class as the largest of three values.
    @Test func branchesDivideTheOutputs() throws {
        var examples = Self.examples(90, seed: 6)
        examples.outputs = examples.outputs.enumerated().map { row, own in
            let label = own[0] < -0.3 ? 0 : own[0] > 0.3 ? 2 : 1
            return own + (row == 7 ? [.nan, .nan, .nan] : (0..<3).map { $0 == label ? 1 : 0 })
        }
        let model = try Self.model(
            #"{"type": "parallel", "branches": [{"type": "sequential", "layers": [{"type": "standard_scaler"}, {"type": "svr", "units": "targets:a", "epsilon": 0.01}]}, {"type": "ridge", "units": "targets:b"}, {"type": "random_forest", "units": "targets:class", "n_estimators": 20}]}"#
        )
        #expect(model.plan.output == [5])
        try model.fitLayers(to: examples, generator: RandomGenerator(seed: 3))
        let found = Self.outputs(model, examples)
        let known = examples.outputs.indices.filter { !examples.outputs[$0].contains { $0.isNaN } }
        for output in 0..<2 {
            let truths = known.map { examples.outputs[$0][output] }
            #expect(Self.correlation(known.map { found[$0][output] }, truths) > 0.95)
        }
        let right = known.count { row in
            let (own, truth) = (found[row][2...], examples.outputs[row][2...])
            return own.firstIndex(of: own.max() ?? 0) == truth.firstIndex(of: 1)
        }
        #expect(Double(right) > 0.95 * Double(known.count))
    }

    /// The log-odds are the differences of the scores of a classifier of two classes.
    @Test func multiOutputIsSeparateClassifiers() throws {
        let examples = Self.examples(80, seed: 7, labels: true)
        let model = try Self.model(#"[{"type": "multi_output", "estimator": {"type": "gaussian_nb"}}]"#)
        try model.fitLayers(to: examples, generator: RandomGenerator(seed: 3))
        let found = Self.outputs(model, examples)
        let x = Matrix(rows: 80, columns: 3, values: examples.batches[0].tensor.array.map { Double($0) })
        let rows = (0..<80).filter { !examples.outputs[$0][1].isNaN }
        let alone = try GaussianNBOptions().fit(
            x.rows(rows), labels: rows.map { Int(examples.outputs[$0][1]) }, classes: 2, weights: nil,
            generator: RandomGenerator(seed: 1))
        let scores = alone.scores(x)
        for row in 0..<80 {
            let odds = max(scores[row, 1], -23.02585) - max(scores[row, 0], -23.02585)
            #expect(abs(found[row][1] - odds) < 1e-3 * max(1, abs(odds)))
        }
    }

    @Test(arguments: [
        (#"{"type": "multi_output", "estimator": {"type": "svc", "units": 3}}"#, "outputs of shape [2]"),
        (#"{"type": "multi_output"}"#, "estimator"),
        (
            #"{"type": "multi_output", "estimator": {"type": "multi_output", "estimator": {"type": "svc"}}}"#,
            "cannot contain another multi_output"
        ),
        (#"{"type": "svr", "epsilon": -1}"#, "at least 0"), (#"{"type": "ridge", "units": 0}"#, "1"),
    ])
    func wrongOptionsAreRefused(_ kind: String, _ words: String) throws {
        let error = #expect(throws: (any Error).self) { try Self.model("[\(kind)]") }
        #expect("\(error.map { "\($0)" } ?? "")".contains(words), "\(error.map { "\($0)" } ?? "")")
    }

    @Test func examplesWithoutNumbersAreRefused() throws {
        let model = try Self.model(#"[{"type": "svr"}]"#)
        var examples = Self.examples(20, seed: 8)
        examples.outputs = []
        #expect(throws: FittingError.self) {
            try model.fitLayers(to: examples, generator: RandomGenerator(seed: 1))
        }
        examples.outputs = Array(repeating: [0.5, .nan], count: 20)
        let error = #expect(throws: FittingError.self) {
            try model.fitLayers(to: examples, generator: RandomGenerator(seed: 1))
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains("output 2"))
    }

    /// Damage to any array is an error, never a crash.
    @Test(arguments: kinds.dropLast())
    func damagedArraysAreRefused(_ kind: String) throws {
        let model = try Self.model("[\(kind)]")
        try model.fitLayers(to: Self.examples(60, seed: 2), generator: RandomGenerator(seed: 3))
        try expectDamageIsRefused(model, Self.examples(6, seed: 6).batches[0])
    }
}
