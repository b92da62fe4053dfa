import Autograd
import Classical
import Foundation
import Testing

/// The Swift side of `Benchmarks/classical_svm.py`. Set `SVM_BENCHMARK` to the folder that it writes the data to.
struct SVMBenchmark {
    static let folder = ProcessInfo.processInfo.environment["SVM_BENCHMARK"]

    @Test(.enabled(if: folder != nil)) func time() throws {
        let folder = try #require(SVMBenchmark.folder)
        let values = try Npy.read("\(folder)/svm_x.npy")
        let x = Matrix(rows: values.shape[0], columns: values.shape[1], values: values.array.map(Double.init))
        let labels = try Npy.readIndices("\(folder)/svm_y.npy").values
        let count = Parallel.threads
        defer { Parallel.threads = count }
        for threads in [1, 2] {
            Parallel.threads = threads
            var (fits, decisions): ([Double], [Double]) = ([], [])
            var summary = ""
            for _ in 0..<7 {
                let clock = ContinuousClock()
                let start = clock.now
                let model = try SVCOptions(C: 10).fit(
                    x, labels: labels, classes: 8, weights: nil, generator: RandomGenerator(seed: 0))
                let middle = clock.now
                let scores = model.decisionFunction(x)
                let end = clock.now
                fits.append(milliseconds(middle - start))
                decisions.append(milliseconds(end - middle))
                summary =
                    "support vectors \(model.supportVectors.rows), sum of decisions \(scores.values.reduce(0, +))"
            }
            print(
                "Prosody, \(threads) threads: fit \(median(fits)) ms, decision function \(median(decisions)) ms,",
                summary)
        }
    }

    private func milliseconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) * 1e3 + Double(duration.components.attoseconds) * 1e-15
    }

    private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}
