import Autograd
import Classical
import Configuration
import Lab
import Layers
import Testing

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

    @Test(arguments: [
        (#"[{"type": "pca", "n_components": 2}, {"type": "random_forest"}]"#, "principal components"),
        (#"[{"type": "svc"}]"#, "no trees"), (#"[{"type": "dense", "units": 2}]"#, "no trees"),
    ])
    func modelsWithoutTreesOfColumnsAreRefused(_ json: String, _ words: String) throws {
        let model = try Self.model(json)
        let error = #expect(throws: LabError.self) { try TreeExplanation(model) }
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
