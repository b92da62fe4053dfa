import Autograd
import Classical
import Testing

/// Data and options at the limits of what linear classifiers allow.
struct LinearEdgeTests {
    let generator = RandomGenerator(seed: 0)
    let x: Matrix
    let labels: [Int]

    init() { (x, labels) = overlappingClasses(60, 5, classes: 3, seed: 1) }

    static let all: [any ClassifierOptions] = [
        LogisticRegressionOptions(), LogisticRegressionOptions(penalty: .l1), LinearSVCOptions(),
        RidgeClassifierOptions(), LinearDiscriminantOptions(),
        LinearDiscriminantOptions(solver: .lsqr, shrinkage: .auto), GaussianNBOptions(), KNeighborsOptions(),
        SVCOptions(),
    ]

    /// A class without rows never gets a positive probability, and the others are as without it.
    @Test(arguments: all.indices) func absentClass(_ index: Int) throws {
        let options = LinearEdgeTests.all[index]
        let shifted = labels.map { $0 == 2 ? 3 : $0 }
        let model = try options.fit(x, labels: shifted, classes: 5, weights: nil, generator: generator)
        let plain = try options.fit(x, labels: labels, classes: 3, weights: nil, generator: generator)
        let (all, some) = (model.probabilities(x), plain.probabilities(x))
        #expect(all.columns == 5)
        expectClose(all.columns([0, 1, 3]).values, some.values, 1e-12)
        #expect(all.columns([2, 4]).values.allSatisfy { $0 == 0 })
        #expect(model.scores(x).values.allSatisfy { $0.isFinite })
        let restored = largestColumns(model.scores(x)).map { $0 == 3 ? 2 : $0 }
        #expect(restored == largestColumns(plain.scores(x)))
    }

    @Test(arguments: all.indices) func rowsSumToOne(_ index: Int) throws {
        let model = try LinearEdgeTests.all[index].fit(
            x, labels: labels, classes: 3, weights: nil, generator: generator)
        let probabilities = model.probabilities(x)
        expectClose(
            (0..<x.rows).map { probabilities[row: $0].reduce(0, +) }, x.column(0).map { _ in 1 }, 1e-12)
        #expect(probabilities.values.allSatisfy { $0 >= 0 })
    }

    @Test(arguments: all.indices) func sameBitsOnAnyNumberOfThreads(_ index: Int) throws {
        let (x, labels) = overlappingClasses(400, 12, classes: 3, seed: 2)
        let results = try onThreads {
            try LinearEdgeTests.all[index].fit(
                x, labels: labels, classes: 3, weights: nil, generator: generator
            )
            .probabilities(x)
        }
        #expect(results[0] == results[1] && results[0] == results[2])
    }

    /// Bad data give an error that names them, and never stop the program.
    @Test(arguments: all.indices) func badData(_ index: Int) throws {
        let options = LinearEdgeTests.all[index]
        func expectError(_ x: Matrix, _ labels: [Int], weights: [Double]? = nil, _ what: String) {
            #expect(throws: FittingError.self, "\(what)") {
                try options.fit(x, labels: labels, classes: 3, weights: weights, generator: generator)
            }
        }
        var damaged = x
        damaged[7, 2] = .nan
        expectError(damaged, labels, "NaN")
        expectError(x, Array(labels.dropLast()), "a missing label")
        expectError(x, labels.map { $0 + 1 }, "a label out of range")
        expectError(x, labels.map { _ in 1 }, "a single class")
        expectError(x, labels, weights: labels.map { $0 == 1 ? 1 : 0 }, "weights for a single class")
        expectError(x, labels, weights: labels.map { _ in -1 }, "negative weights")
        expectError(Matrix(rows: 60, columns: 0), labels, "no columns")
        var huge = x
        for index in huge.values.indices { huge.values[index] *= 1e300 }
        // Nothing but an error or a finite model may follow.
        if let model = try? options.fit(huge, labels: labels, classes: 3, weights: nil, generator: generator)
        {
            #expect(model.arrays.allSatisfy { $0.values.allSatisfy { $0.isFinite } })
        }
    }

    /// A constant column and equal rows with different labels do not disturb.
    @Test(arguments: all.indices) func constantColumnAndEqualRows(_ index: Int) throws {
        let rows = (0..<30).map { (row: Int) -> [Double] in [Double(row / 2 % 5), 4, Double(row % 3) / 7] }
        let x = matrix(rows + rows)
        let labels = (0..<60).map { $0 < 30 ? $0 % 3 : ($0 + 1) % 3 }
        let model = try LinearEdgeTests.all[index].fit(
            x, labels: labels, classes: 3, weights: nil, generator: generator)
        #expect(model.probabilities(x).values.allSatisfy { (0...1).contains($0) })
    }

    @Test func oneRowPerClass() throws {
        let x = matrix([[0, 1], [1, 0], [2, 2.5]])
        for options in LinearEdgeTests.all {
            if options is LinearDiscriminantOptions || options is KNeighborsOptions {
                #expect(throws: FittingError.self) {
                    try options.fit(x, labels: [0, 1, 2], classes: 3, weights: nil, generator: generator)
                }
                continue
            }
            let model = try options.fit(x, labels: [0, 1, 2], classes: 3, weights: nil, generator: generator)
            #expect(model.probabilities(x).values.allSatisfy { (0...1).contains($0) })
        }
    }

    /// A limit that is too low is reported, not hidden.
    @Test func limitsAreReported() throws {
        func fit(_ options: some ClassifierOptions) throws -> Bool? {
            try
                (options.fit(x, labels: labels, classes: 3, weights: nil, generator: generator)
                as? LinearClassifier)?.converged
        }
        #expect(try fit(LogisticRegressionOptions(tol: 1e-10, maxIter: 2)) == false)
        #expect(try fit(LogisticRegressionOptions(penalty: .l1, tol: 1e-10, maxIter: 2)) == false)
        #expect(try fit(LinearSVCOptions(tol: 1e-10, maxIter: 1)) == false)
        #expect(try fit(LogisticRegressionOptions(C: 1e10, maxIter: 3)) == false)
        #expect(try fit(LogisticRegressionOptions(C: 1e-10)) == true)
    }

    @Test func badOptions() {
        let bad: [any ClassifierOptions] = [
            LogisticRegressionOptions(C: 0), LogisticRegressionOptions(C: .nan),
            LogisticRegressionOptions(tol: 0),
            LogisticRegressionOptions(penalty: .elasticNet(l1Ratio: 1.5)),
            LogisticRegressionOptions(maxIter: 0),
            LogisticRegressionOptions(classWeight: .values([1, 1])),
            LogisticRegressionOptions(classWeight: .values([1, 1, -1])), LinearSVCOptions(C: -1),
            LinearSVCOptions(interceptScaling: 0), RidgeClassifierOptions(alpha: -1),
            LinearDiscriminantOptions(shrinkage: .auto),
            LinearDiscriminantOptions(solver: .lsqr, shrinkage: .value(2)),
            LinearDiscriminantOptions(priors: [0.5, 0.5]), GaussianNBOptions(priors: [1, 0, 0]),
            GaussianNBOptions(varSmoothing: -1), KNeighborsOptions(nNeighbors: 0),
            KNeighborsOptions(nNeighbors: 61),
        ]
        for options in bad {
            #expect(throws: FittingError.self, "\(options)") {
                try options.fit(x, labels: labels, classes: 3, weights: nil, generator: generator)
            }
        }
        let weights = labels.map { Double($0 + 1) }
        for options in [LinearDiscriminantOptions(), KNeighborsOptions()] as [any ClassifierOptions] {
            #expect(throws: FittingError.self) {
                try options.fit(x, labels: labels, classes: 3, weights: weights, generator: generator)
            }
        }
    }
}
