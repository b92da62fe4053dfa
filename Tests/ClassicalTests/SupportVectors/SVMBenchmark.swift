import Autograd
import Classical
import Foundation
import Testing

/// The Swift side of `Benchmarks/classical_svm.py`. Set `SVM_BENCHMARK` to the folder that it writes the data to.
struct SVMBenchmark {
    /// Restricts the timing to models whose name contains this text.
    static let only = ProcessInfo.processInfo.environment["SVM_BENCHMARK_ONLY"]
    static let folder = ProcessInfo.processInfo.environment["SVM_BENCHMARK"]

    @Test(.enabled(if: folder != nil)) func time() throws {
        let folder = try #require(SVMBenchmark.folder)
        let values = try Npy.read("\(folder)/svm_x.npy")
        let x = Matrix(
            rows: values.shape[0], columns: values.shape[1], values: values.array.map { Double($0) })
        let labels = try Npy.readIndices("\(folder)/svm_y.npy").values
        let classes = (labels.max() ?? 0) + 1
        let generator = RandomGenerator(seed: 0)
        let count = Parallel.threads
        defer { Parallel.threads = count }

        func fit<Options: ClassifierOptions>(_ options: Options) throws -> Options.Fitted {
            try options.fit(x, labels: labels, classes: classes, weights: nil, generator: generator)
        }
        for threads in [1, 2] {
            Parallel.threads = threads
            func median<Result>(_ name: String, _ body: () throws -> Result) throws -> Result {
                let clock = ContinuousClock()
                var times: [Double] = []
                var result = try body()
                guard SVMBenchmark.only.map({ name.contains($0) }) ?? true else { return result }
                while times.count < 7, times.reduce(0, +) < 20_000 {
                    let start = clock.now
                    result = try body()
                    let time = clock.now - start
                    times.append(
                        Double(time.components.seconds) * 1e3 + Double(time.components.attoseconds) * 1e-15)
                }
                print("Prosody, \(threads) threads, \(name): \(times.sorted()[times.count / 2]) ms")
                return result
            }
            let model = try median("SVC fit") { try fit(SVCOptions(C: 10)) }
            let decisions = try median("SVC decision function") { model.decisionFunction(x) }
            print(
                "support vectors", model.supportVectors.rows, "sum of decisions",
                decisions.values.reduce(0, +))
            _ = try median("LogisticRegression") { try fit(LogisticRegressionOptions()) }
            _ = try median("LinearSVC") { try fit(LinearSVCOptions()) }
            _ = try median("RidgeClassifier") { try fit(RidgeClassifierOptions()) }
            _ = try median("LDA svd") { try fit(LinearDiscriminantOptions()) }
            _ = try median("LDA lsqr auto") {
                try fit(LinearDiscriminantOptions(solver: .lsqr, shrinkage: .auto))
            }
            _ = try median("PCA") {
                try PCAOptions().fit(x, labels: labels, classes: classes, generator: generator)
            }
            let neighbors = try fit(KNeighborsOptions())
            _ = try median("KNeighbors") { neighbors.probabilities(x) }
        }
    }
}
