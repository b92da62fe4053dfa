import Autograd
import Classical
import Foundation
import Testing

/// Times trees on the data that `Benchmarks/classical_trees.py` writes to the folder that `CLASSICAL_BENCHMARK` names.
@Suite(
    .enabled(if: ProcessInfo.processInfo.environment["CLASSICAL_BENCHMARK"] != nil), .serialized)
struct TreesBenchmark {
    private struct Job: Decodable {
        var name: String
        var kind: String
        var data: String
        var threads: Int
        var trees: Int
        var repeats: Int
    }

    @Test func times() throws {
        let folder = ProcessInfo.processInfo.environment["CLASSICAL_BENCHMARK"] ?? ""
        let jobs = try JSONDecoder().decode(
            [Job].self, from: Data(contentsOf: URL(fileURLWithPath: "\(folder)/jobs.json")))
        for job in jobs {
            let x = try Npy.read("\(folder)/\(job.data)-x.npy")
            let y = try Npy.readIndices("\(folder)/\(job.data)-y.npy").values
            let matrix = Matrix(rows: x.shape[0], columns: x.shape[1], values: x.array.map { Double($0) })
            Parallel.threads = job.threads
            try run(job, matrix, y, (y.max() ?? 0) + 1)
        }
    }

    private func run(_ job: Job, _ x: Matrix, _ y: [Int], _ classes: Int) throws {
        let generator = RandomGenerator(seed: 1)
        switch job.kind {
        case "forest":
            try report(job, x) {
                try RandomForestOptions(nEstimators: job.trees).fit(
                    x, labels: y, classes: classes, weights: nil, generator: generator)
            }
        case "extra":
            try report(job, x) {
                try ExtraTreesOptions(nEstimators: job.trees).fit(
                    x, labels: y, classes: classes, weights: nil, generator: generator)
            }
        case "tree":
            try report(job, x) {
                try DecisionTreeOptions().fit(
                    x, labels: y, classes: classes, weights: nil, generator: generator)
            }
        default:
            try report(job, x) {
                try GradientBoostingOptions(BoostingParameters(nEstimators: job.trees)).fit(
                    x, labels: y, classes: classes, weights: nil, generator: generator)
            }
        }
    }

    private func report<Model: Classifier>(_ job: Job, _ x: Matrix, _ fit: () throws -> Model) throws {
        var model = try fit()
        let fitting = try (0..<job.repeats).map { _ in try time { model = try fit() } }
        let predicting = (0..<7).map { _ in time { _ = model.probabilities(x) } }
        let row = x.rows([0])
        let single = (0..<15).map { _ in time { for _ in 0..<100 { _ = model.probabilities(row) } } / 100 }
        print(
            "{\"name\": \"\(job.name)\", \"fit\": \(median(fitting)), \"predict\": \(median(predicting)), "
                + "\"row\": \(median(single)), \"peak_mb\": \(peak)}")
    }

    private func time(_ body: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        try body()
        let elapsed = (ContinuousClock.now - start).components
        return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    }

    private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    private var peak: Int {
        var usage = rusage()
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss / 1024
    }
}
