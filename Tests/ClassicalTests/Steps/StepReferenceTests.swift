import Autograd
import Classical
import Testing

/// Steps against scikit-learn, to 1e-9.
struct StepReferenceTests {
    let reference: ModelReference
    let generator = RandomGenerator(seed: 0)

    init() throws { reference = try ModelReference.shared.get() }

    static let scalerOptions: [(String, any TransformerOptions)] = [
        ("standard", StandardScalerOptions()), ("standard_no_mean", StandardScalerOptions(withMean: false)),
        ("standard_no_std", StandardScalerOptions(withStd: false)), ("minmax", MinMaxScalerOptions()),
        ("minmax_range_clip", MinMaxScalerOptions(featureRange: -1...2, clip: true)),
        ("robust", RobustScalerOptions()),
        ("robust_options", RobustScalerOptions(quantileRange: 10...80, unitVariance: true)),
        ("robust_no_scaling", RobustScalerOptions(withScaling: false)),
    ]

    /// With constant columns and one with a large offset.
    @Test(arguments: scalerOptions.indices) func scalers(_ index: Int) throws {
        let (name, options) = StepReferenceTests.scalerOptions[index]
        let columns = matrix(reference.columns)
        let fitted = try options.fit(
            columns.rows(Array(0..<90)), labels: [], classes: 0, generator: generator)
        let model = try #require(fitted as? Scaler)
        let test = columns.rows(Array(85..<95))
        let result = model.transform(test)
        // The column with an offset of 1e6 loses six digits.
        let expected = try reference.values(name, "result")
        for column in 0..<columns.columns {
            expectClose(
                result.column(column), (0..<10).map { expected[$0 * columns.columns + column] },
                column == 2 ? 1e-9 : 1e-12, "\(name) column \(column)")
        }
        try expectStorable(model)
        try expectRejected(model, "scale", model.scale.map { _ in 0 })
        guard model.clip == nil else { return }
        let affine = model.affine
        for column in 0..<columns.columns {
            expectClose(
                (0..<10).map { test[$0, column] * affine.factor[column] + affine.offset[column] },
                result.column(column), 1e-8)
        }
    }

    @Test(arguments: [
        ("pca_all", PCAOptions(), false), ("pca_3", PCAOptions(nComponents: .count(3)), false),
        ("pca_share", PCAOptions(nComponents: .variance(0.9)), false),
        ("pca_whiten", PCAOptions(nComponents: .count(4), whiten: true), false),
        ("pca_wide", PCAOptions(nComponents: .count(20)), true),
    ]) func pca(_ name: String, _ options: PCAOptions, _ isWide: Bool) throws {
        let x = isWide ? matrix(reference.wide) : reference.training
        let test = isWide ? matrix(reference.wide_test) : reference.testing
        let model = try options.fit(x, labels: [], classes: 0, generator: generator)
        expectClose(model.components.values, try reference.values(name, "components"), 1e-9)
        expectClose(model.explainedVariance, try reference.values(name, "variance"), 1e-10)
        expectClose(model.explainedVarianceRatio, try reference.values(name, "ratio"), 1e-10)
        expectClose(model.transform(test).values, try reference.values(name, "result"), 1e-9)
        let (factor, offset) = model.affine
        for row in 0..<test.rows {
            let direct = (0..<model.outputs).map { output in
                zip(test[row: row], factor[row: output]).reduce(offset[output]) { $0 + $1.0 * $1.1 }
            }
            expectClose(direct, Array(model.transform(test)[row: row]), 1e-10)
        }
        try expectStorable(model)
    }

    @Test func analysisOfVariance() throws {
        let x = matrix(zip(reference.x, reference.columns).map { $0 + [$1[2]] })
        let scores = try SelectKBestOptions().scores(
            x, labels: reference.labels, classes: 4, generator: generator)
        let expected = try reference.values("f_classif", "scores")
        expectClose(Array(scores.dropLast()), Array(expected.dropLast()), 1e-10)
        // The offset of 1e6 leaves the reference few digits.
        expectClose([scores[8]], [scores[1]], 1e-7)
        expectClose([scores[8]], [expected[8]], 1e-2)
    }

    @Test func mutualInformation() throws {
        let x = Matrix(rows: 120, columns: 4, values: try reference.values("mutual_info", "x"))
        for (key, neighbors) in [("scores", 3), ("five", 5)] {
            let scores = try SelectKBestOptions(score: .mutualInfoClassif(nNeighbors: neighbors)).scores(
                x, labels: reference.labels, classes: 4, generator: generator)
            expectClose(scores, try reference.values("mutual_info", key), 1e-10)
        }
    }

    @Test func selection() throws {
        let x = matrix(reference.x.map { [$0[0], $0[1], $0[0], $0[2], $0[1], $0[3]] })
        func columns(_ amount: SelectKBestOptions.Amount) throws -> [Int] {
            let model = try SelectKBestOptions(amount: amount).fit(
                x, labels: reference.labels, classes: 4, generator: generator)
            try expectStorable(model)
            #expect(model.transform(x) == x.columns(model.columns))
            return model.columns
        }
        for k in 1...6 {
            #expect(try columns(.k(k)) == reference.integers("select_k", "k\(k)"), "k \(k)")
        }
        for percent in [20, 35, 50, 70, 100] {
            #expect(
                try columns(.percentile(Double(percent)))
                    == reference.integers("select_percentile", "p\(percent)"),
                "percentile \(percent)")
        }
        #expect(try columns(.all) == Array(0..<6))
        let table = matrix(reference.columns)
        for threshold in [0, 0.2, 1.5] {
            let name = threshold == 0 ? "t0" : "t\(threshold)"
            let model = try VarianceThresholdOptions(threshold: threshold).fit(
                table, labels: [], classes: 0, generator: generator)
            #expect(model.columns == (try reference.integers("variance_threshold", name)), "\(threshold)")
        }
        let given = try SelectColumnsOptions(columns: [4, 1]).fit(
            x, labels: [], classes: 0, generator: generator)
        #expect(given.transform(x).column(0) == x.column(4) && given.outputs == 2)
        try expectRejected(given, "columns", [4, 6])
        try expectRejected(given, "columns", [4, 4])
        try expectRejected(given, "columns", [4, -1])
    }
}
