import Autograd
import Classical
import Testing

/// Data and options at the limits of what steps allow.
struct StepEdgeTests {
    let generator = RandomGenerator(seed: 0)
    let x = normalMatrix(20, 4, seed: 3)
    let labels = (0..<20).map { $0 % 2 }

    static let all: [any TransformerOptions] = [
        StandardScalerOptions(), MinMaxScalerOptions(), RobustScalerOptions(), PCAOptions(),
        SelectKBestOptions(amount: .k(2)), SelectKBestOptions(score: .mutualInfoClassif(), amount: .k(2)),
        VarianceThresholdOptions(),
    ]

    @Test(arguments: all.indices) func badData(_ index: Int) {
        let options = StepEdgeTests.all[index]
        func expectError(_ x: Matrix) {
            #expect(throws: FittingError.self) {
                try options.fit(x, labels: labels, classes: 2, generator: generator)
            }
        }
        var damaged = x
        damaged[3, 1] = .infinity
        expectError(damaged)
        expectError(Matrix(rows: 0, columns: 4))
        expectError(Matrix(rows: 20, columns: 0))
        for scale in [1e300, -1e308, 1e-300] {
            var extreme = x
            for index in extreme.values.indices { extreme.values[index] *= scale }
            for index in extreme.values.indices where !extreme.values[index].isFinite {
                extreme.values[index] = 0
            }
            if let model = try? options.fit(extreme, labels: labels, classes: 2, generator: generator) {
                #expect(model.arrays.allSatisfy { $0.values.allSatisfy { $0.isFinite } }, "\(scale)")
            }
        }
    }

    @Test(arguments: all.indices) func sameBitsOnAnyNumberOfThreads(_ index: Int) throws {
        let (x, labels) = overlappingClasses(300, 40, classes: 2, seed: 5)
        let results = try onThreads {
            try StepEdgeTests.all[index].fit(x, labels: labels, classes: 2, generator: generator).transform(x)
        }
        #expect(results[0] == results[1] && results[0] == results[2])
    }

    @Test func badOptions() {
        let bad: [any TransformerOptions] = [
            MinMaxScalerOptions(featureRange: 1...1), RobustScalerOptions(quantileRange: 0...120),
            RobustScalerOptions(quantileRange: 0...75, unitVariance: true),
            PCAOptions(nComponents: .count(0)),
            PCAOptions(nComponents: .count(5)), PCAOptions(nComponents: .variance(1)),
            SelectKBestOptions(amount: .k(0)), SelectKBestOptions(amount: .k(5)),
            SelectKBestOptions(amount: .percentile(0)), SelectKBestOptions(amount: .percentile(.nan)),
            SelectKBestOptions(score: .mutualInfoClassif(nNeighbors: 0)), SelectColumnsOptions(columns: []),
            SelectColumnsOptions(columns: [4]), VarianceThresholdOptions(threshold: 100),
            VarianceThresholdOptions(threshold: -1),
        ]
        for options in bad {
            #expect(throws: FittingError.self, "\(options)") {
                try options.fit(x, labels: labels, classes: 2, generator: generator)
            }
        }
    }

    @Test func constantColumnsStayFinite() throws {
        let x = matrix((0..<10).map { [0.1, Double($0)] })
        let labels = (0..<10).map { $0 % 2 }
        let pca = try PCAOptions(whiten: true).fit(x, labels: labels, classes: 2, generator: generator)
        #expect(pca.transform(x).values.allSatisfy { $0.isFinite })
        let kept = try VarianceThresholdOptions().fit(x, labels: labels, classes: 2, generator: generator)
        #expect(kept.columns == [1])
        let scores = try SelectKBestOptions().scores(x, labels: labels, classes: 2, generator: generator)
        #expect(!(scores[0] > 0))
        let best = try SelectKBestOptions(amount: .k(1)).fit(
            x, labels: labels, classes: 2, generator: generator)
        #expect(best.columns == [1])
    }

    @Test func nonFiniteRows() {
        var x = matrix([[1, 2], [3, 4], [5, 6], [7, 8]])
        #expect(NonFiniteRows(x).entries.isEmpty && NonFiniteRows(x).finiteRows == [0, 1, 2, 3])
        x[1, 1] = .nan
        x[3, 0] = -.infinity
        x[3, 1] = .nan
        let found = NonFiniteRows(x)
        #expect(found.rows == [1, 3] && found.finiteRows == [0, 2])
        #expect(found.description == "row 1, column 1: nan\nrow 3, column 0: -inf")
    }

    @Test func columnFindings() {
        let x = matrix([[1, 5, 1, 0, 5, 1], [2, 5, 2, -0.0, 5, 3], [3, 5, 3, 1, 5, 3]])
        let found = ColumnFindings(x)
        #expect(found.constant == [1, 4])
        #expect(found.duplicated.map(\.column) == [2] && found.duplicated.map(\.of) == [0])
        let zeros = ColumnFindings(matrix([[0, -0.0], [1, 1]]))
        #expect(zeros.duplicated.map(\.column) == [1] && zeros.constant.isEmpty)
    }
}
