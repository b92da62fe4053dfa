import Autograd
import Classical
import Foundation
import Testing

/// Times models on the data that `Benchmarks/classical.py` writes to the folder that `CLASSICAL_BENCHMARK` names.
@Suite(
    .enabled(if: ProcessInfo.processInfo.environment["CLASSICAL_BENCHMARK"] != nil), .serialized)
struct ClassicalBenchmark {
    private struct Job: Decodable {
        var kind: String
        var data: String
        var threads: Int
        var trees: Int
        var repeats: Int
        /// Whether CPU time is measured instead of wall time.
        var cpu: Bool
    }

    @Test func times() throws {
        let folder = ProcessInfo.processInfo.environment["CLASSICAL_BENCHMARK"] ?? ""
        let job = try JSONDecoder().decode(
            Job.self, from: Data(contentsOf: URL(fileURLWithPath: "\(folder)/job.json")))
        let matrix = try matrix("\(folder)/\(job.data)-x.npy")
        let y = try Npy.readIndices("\(folder)/\(job.data)-y.npy").values
        Parallel.threads = job.threads
        try run(job, matrix, y, (y.max() ?? 0) + 1)
    }

    private func matrix(_ file: String) throws -> Matrix {
        let x = try Npy.read(file)
        return Matrix(
            rows: x.shape[0], columns: x.shape[1],
            values: x.withElements { values in
                UnsafeBufferPointer(start: values, count: x.count).map { Double($0) }
            })
    }

    private func run(_ job: Job, _ x: Matrix, _ y: [Int], _ classes: Int) throws {
        func report<Options: ClassifierOptions>(_ options: Options) throws {
            try self.report(job, x) {
                try options.fit(
                    x, labels: y, classes: classes, weights: nil, generator: RandomGenerator(seed: 1))
            }
        }
        switch job.kind {
        case "forest": try report(RandomForestOptions(nEstimators: job.trees))
        case "extra trees": try report(ExtraTreesOptions(nEstimators: job.trees))
        case "tree": try report(DecisionTreeOptions())
        case "boosting":
            try report(GradientBoostingOptions(BoostingParameters(nEstimators: job.trees)))
        case "SVC": try report(SVCOptions(C: 10))
        case "linear SVC": try report(LinearSVCOptions())
        case "logistic regression": try report(LogisticRegressionOptions())
        case "ridge": try report(RidgeClassifierOptions())
        case "LDA": try report(LinearDiscriminantOptions(solver: .lsqr, shrinkage: .auto))
        case "naive Bayes": try report(GaussianNBOptions())
        case "neighbors": try report(KNeighborsOptions())
        default: Issue.record("no model of the kind \(job.kind)")
        }
    }

    private func report<Model: Classifier>(_ job: Job, _ x: Matrix, _ fit: () throws -> Model) throws {
        var model = Optional(try fit())
        func time(_ body: () throws -> Void) rethrows -> Double {
            let start = seconds(cpu: job.cpu)
            try body()
            return seconds(cpu: job.cpu) - start
        }
        let fitting = try (0..<job.repeats).map { _ in
            // As in scikit-learn, the old model is freed before the new one is fitted.
            model = nil
            return try time { model = try fit() }
        }
        guard let model else { return }
        let predicting = (0..<5).map { _ in time { _ = model.scores(x) } }
        let row = x.rows([0])
        let single = (0..<15).map { _ in time { for _ in 0..<20 { _ = model.scores(row) } } / 20 }
        print(
            "{\"fit\": \(median(fitting)), \"predict\": \(median(predicting)), \"row\": \(median(single)), "
                + "\"peak_mb\": \(peak)}")
    }

    private func seconds(cpu: Bool) -> Double {
        var now = timespec()
        clock_gettime(cpu ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
    }

    private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    /// The peak memory in MiB. The figure of `getrusage` includes the process that started this one.
    private var peak: Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return (line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0) / 1024
    }
}
