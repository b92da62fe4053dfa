import Autograd
import Foundation
import GoldenSupport
import Metrics
import Testing

/// Metrics against scikit-learn, read from the golden folder that `GOLDEN` names, or from `Tests/Golden`.
@Suite struct MetricsGoldenTests {
    static let cases = GoldenFiles.cases("classification", of: "metrics")

    /// A custom folder need not contain this group, but `Tests/Golden` must.
    @Test func goldenGroupExists() {
        #expect(!Self.cases.isEmpty || GoldenFiles.mayOmit("metrics"), "metrics.json has no cases")
    }

    @Test(arguments: cases) func golden(_ golden: GoldenFiles.Case) throws {
        let name = try #require(golden.values["name"] as? String)
        let classes = try #require(golden.values["classes"] as? [String])
        let file = try SafeTensors(contentsOf: GoldenFiles.folder + "/metrics.safetensors")
        let truths = try file.indices("\(name)/target").values
        let table = try file.tensor("\(name)/prob")
        let flat = table.array.map { Double($0) }
        let rows = (0..<table.shape[0]).map { Array(flat[$0 * classes.count..<($0 + 1) * classes.count]) }
        let soft = try ProbabilityMetrics(probabilities: rows, truths: truths, classes: classes.count)
        let matrix = try ConfusionMatrix(classes: classes, truths: truths, predictions: soft.predictions)

        #expect(matrix.counts == golden.values["confusion_matrix"] as? [[Int]])
        #expect(matrix.report(digits: 4) == golden.values["report_text"] as? String)
        #expect(matrix.report(digits: 2) == golden.values["report_text_2_digits"] as? String)
        let exact: [(String, Double)] = [
            ("accuracy", matrix.accuracy), ("balanced_accuracy", matrix.balancedAccuracy),
            ("kappa", matrix.kappa()), ("kappa_quadratic", matrix.kappa(quadratic: true)),
            ("matthews", matrix.matthews), ("macro_f1", matrix.macro(matrix.f1Scores)),
            ("weighted_f1", matrix.weighted(matrix.f1Scores)), ("micro_f1", matrix.accuracy),
            ("average_precision_macro", soft.averagePrecision),
        ]
        for (key, value) in exact { try expect(value, key, golden, 1e-9) }
        for key in golden.values.keys.sorted() where key.hasPrefix("top") {
            let k = try #require(Int(key.dropFirst(3)))
            try expect(soft.topAccuracy(k), key, golden, 1e-9)
        }
        for key in golden.values.keys.sorted() where key.hasPrefix("ece") {
            let bins = try #require(Int(key.dropFirst(3)))
            try expect(soft.calibrationError(bins: bins), key, golden, 1e-6)
        }
        if golden.values["roc_auc_macro_ovr"] is NSNumber {
            try expect(try #require(soft.areaUnderROC), "roc_auc_macro_ovr", golden, 1e-9)
        }
        try expect(soft.logLoss, "log_loss", golden, 1e-6)
        try expect(soft.brier, "brier", golden, 1e-6)
    }

    private func expect(_ value: Double, _ key: String, _ golden: GoldenFiles.Case, _ tolerance: Double)
        throws
    {
        guard let number = golden.values[key], !(number is NSNull) else { return }
        let reference = try #require(number as? Double, "\(key) is no number")
        #expect(
            abs(value - reference) <= tolerance,
            "\(golden.description): \(key) is \(value), golden \(reference)")
    }

    @Test func invalidInputIsReported() {
        #expect(throws: InputError("3 true classes and 2 predictions; expected the same number")) {
            try ConfusionMatrix(classes: ["a", "b"], truths: [0, 1, 1], predictions: [0, 1])
        }
        #expect(throws: InputError("true class 2 and prediction 0; expected class indices below 2")) {
            try ConfusionMatrix(classes: ["a", "b"], truths: [2], predictions: [0])
        }
        #expect(throws: InputError("row 1 has 3 probabilities; expected 2")) {
            try ProbabilityMetrics(probabilities: [[0, 1], [0, 1, 0]], truths: [0, 0], classes: 2)
        }
        #expect(throws: InputError("row 0 has a probability that is not a finite number")) {
            try ProbabilityMetrics(probabilities: [[.nan, 1]], truths: [0], classes: 2)
        }
    }
}
