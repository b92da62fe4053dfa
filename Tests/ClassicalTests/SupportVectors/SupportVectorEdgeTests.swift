import Autograd
import Classical
import Testing

/// The solver's options, which must not change the result, and data at the limits.
struct SupportVectorEdgeTests {
    let generator = RandomGenerator(seed: 0)

    private func fit(_ options: SVCOptions, rows: Int = 300, classes: Int = 3) throws
        -> SupportVectorClassifier
    {
        let (x, labels) = overlappingClasses(rows, 7, classes: classes, seed: 11)
        return try options.fit(x, labels: labels, classes: classes, weights: nil, generator: generator)
    }

    /// A cache that holds only two rows computes the same.
    @Test func cacheSize() throws {
        for kernel in SVMKernel.allCases {
            let options = SVCOptions(C: 5, kernel: kernel, gamma: .value(0.05), coef0: 0.5)
            var small = options
            small.cacheSize = 1e-4
            let (a, b) = (try fit(options), try fit(small))
            expectClose(a.dualCoefficients.values, b.dualCoefficients.values, 1e-6, "\(kernel)")
            expectClose(a.intercepts, b.intercepts, 1e-6, "\(kernel)")
            #expect(a.supportCounts == b.supportCounts)
        }
    }

    /// Shrinking changes the path but not the minimum. With two classes of 700 rows it happens several times.
    @Test func shrinking() throws {
        let options = SVCOptions(C: 20, gamma: .value(0.02), tol: 1e-9)
        var without = options
        without.shrinking = false
        var small = options
        small.cacheSize = 0.05
        let x = normalMatrix(20, 7, seed: 12)
        let models = try [options, without, small].map { try fit($0, rows: 1400, classes: 2) }
        for model in models.dropFirst() {
            expectClose(model.pairDecisions(x).values, models[0].pairDecisions(x).values, 1e-6)
        }
    }

    @Test func sameBitsOnAnyNumberOfThreads() throws {
        for options in [SVCOptions(C: 3, probability: true), SVCOptions(kernel: .poly, cacheSize: 0.01)] {
            let results = try onThreads { try fit(options, classes: 4) }
            #expect(results[0] == results[1] && results[0] == results[2])
        }
        let (x, labels) = overlappingClasses(200, 5, classes: 2, seed: 4)
        let results = try onThreads {
            try SVROptions().fit(x, targets: labels.map(Double.init), weights: nil, generator: generator)
        }
        #expect(results[0] == results[1] && results[0] == results[2])
    }

    /// Weights that are whole numbers act like repeated rows, and rows of weight 0 do not count.
    @Test func weightsRepeatRows() throws {
        let (x, labels) = overlappingClasses(90, 4, classes: 3, seed: 6)
        let weights = (0..<90).map { Double($0 / 3 % 3) }
        let repeated = (0..<90).flatMap { Array(repeating: $0, count: Int(weights[$0])) }
        let options = SVCOptions(gamma: .value(0.1), tol: 1e-10)
        let a = try options.fit(x, labels: labels, classes: 3, weights: weights, generator: generator)
        let b = try options.fit(
            x.rows(repeated), labels: repeated.map { labels[$0] }, classes: 3, weights: nil,
            generator: generator)
        expectClose(a.pairDecisions(x).values, b.pairDecisions(x).values, 1e-6)
    }

    @Test func extremeC() throws {
        #expect(try fit(SVCOptions(C: 1e-12)).converged)
        #expect(try fit(SVCOptions(C: 1e12, maxIter: 50)).converged == false)
        #expect(
            try fit(SVCOptions(C: 1e12, kernel: .linear, maxIter: 20_000)).intercepts.allSatisfy {
                $0.isFinite
            })
        let (x, labels) = overlappingClasses(50, 3, classes: 2, seed: 9)
        let regression = try SVROptions(C: 1e9, maxIter: 10).fit(
            x, targets: labels.map(Double.init), weights: nil, generator: generator)
        #expect(regression.converged == false)
    }

    /// Without support vectors, the prediction is the intercept.
    @Test func noSupportVectors() throws {
        let x = normalMatrix(10, 2, seed: 2)
        let model = try SVROptions(epsilon: 5).fit(
            x, targets: (0..<10).map { Double($0) / 10 }, weights: nil, generator: generator)
        #expect(model.dualCoefficients.isEmpty)
        expectClose(model.predictions(x), Array(repeating: 0.45, count: 10), 1e-12)
        try expectStorable(model)
    }

    @Test func constantData() throws {
        let x = Matrix(rows: 20, columns: 3, repeating: 2)
        let model = try SVCOptions(probability: true).fit(
            x, labels: (0..<20).map { $0 % 2 }, classes: 2, weights: nil, generator: generator)
        #expect(model.gamma == 1)
        #expect(model.probabilities(x).values.allSatisfy { $0.isFinite })
    }

    /// Five folds of two rows leave some training sets with a single class.
    @Test func probabilityOfFewRows() throws {
        let model = try SVCOptions(probability: true).fit(
            matrix([[0], [1], [5]]), labels: [0, 1, 2], classes: 3, weights: nil, generator: generator)
        #expect(model.probabilities(matrix([[0], [9]])).values.allSatisfy { (0...1).contains($0) })
    }

    @Test func hugeValues() {
        for kernel in [SVMKernel.linear, .poly, .rbf] {
            #expect(throws: FittingError.self) {
                try SVCOptions(kernel: kernel).fit(
                    matrix([[1e300, 0], [0, 1e300], [1, 1]]), labels: [0, 1, 1], classes: 2, weights: nil,
                    generator: generator)
            }
        }
    }

    @Test func badOptions() {
        let bad = [
            SVCOptions(C: 0), SVCOptions(C: .infinity), SVCOptions(degree: -1), SVCOptions(gamma: .value(-1)),
            SVCOptions(gamma: .value(.nan)), SVCOptions(coef0: .infinity), SVCOptions(tol: 0),
            SVCOptions(cacheSize: 0), SVCOptions(classWeight: .values([1])), SVCOptions(maxIter: 0),
        ]
        for options in bad { #expect(throws: FittingError.self, "\(options)") { try fit(options) } }
        #expect(throws: FittingError.self) {
            try SVROptions(epsilon: -1).fit(
                normalMatrix(3, 1, seed: 0), targets: [1, 2, 3], weights: nil, generator: generator)
        }
        #expect(throws: FittingError.self) {
            try SVROptions().fit(
                normalMatrix(3, 1, seed: 0), targets: [1, 2, .nan], weights: nil, generator: generator)
        }
    }

    @Test func damage() throws {
        let model = try fit(SVCOptions(probability: true))
        try expectRejected(model, "kernel", [4, 1, 0, 3])
        try expectRejected(model, "kernel", [0, -1, 0, 3])
        try expectRejected(model, "kernel", [0, 1, 0, 2.5])
        try expectRejected(model, "kernel", [0, 1, 0, -3])
        try expectRejected(model, "present", [0, 2, 1])
        try expectRejected(model, "present", [0, 1, 3])
        try expectRejected(model, "n_support", [-1, 1, Double(model.supportVectors.rows)])
        try expectRejected(model, "n_support", [0, 0, 0])
        try expectRejected(model, "classes", [1e20])
        var arrays = model.arrays.filter { $0.name != "prob_b" }
        #expect(throws: FittingError.self) { try SupportVectorClassifier(arrays: arrays) }
        arrays = model.arrays.filter { !$0.name.hasPrefix("prob_") }
        #expect(try SupportVectorClassifier(arrays: arrays).isCalibrated == false)
    }

    /// Rounding the arrays to `Float`, as a model file does, hardly changes decisions.
    @Test func storedAsFloat() throws {
        let model = try fit(SVCOptions(C: 10))
        let rounded = model.arrays.map { array in
            NamedArray(array.name, shape: array.shape, array.values.map { Double(Float($0)) })
        }
        let x = normalMatrix(50, 7, seed: 20)
        expectClose(
            try SupportVectorClassifier(arrays: rounded).pairDecisions(x).values,
            model.pairDecisions(x).values, 1e-5)
    }
}
