import Autograd
import Glibc
import Layers

/// Measures the time from process start to the first prediction of the yardstick model, with weights from a file.
///
/// The process starts itself repeatedly: the parent writes the weights and measures the time; each child loads the file
/// (`--weights`), predicts once and exits.
package enum FirstPrediction {
    /// Predicts one example with weights from a file and returns the class.
    package static func predict(weights path: String) throws -> Int {
        let model = try ModelBench.yardstick.make()
        try model.loadWeights(from: path)
        let x = Tensor.normal([1] + model.input, using: RandomGenerator(seed: 1))
        return withoutRecording { model(x).argmax(axis: 1) }.values[0]
    }

    /// Measures the time until the prediction has been read.
    package static func measure() throws -> Row {
        let path = try temporaryFile()
        defer { unlink(path) }
        try ModelBench.yardstick.make().saveWeights(to: path)
        var failure: (any Error)?
        let words = ["bench", "first-prediction", "--weights", path, "--threads", "\(Parallel.threads)"]
        let timing = try Timing(runs: 20, seconds: 1) {
            do {
                let answer = try output(of: words)
                if Int(answer) == nil { throw Failure(action: "read a prediction", found: answer) }
            } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
        var row = Row()
        row.add("first_prediction_ms", timing.median * 1000, digits: 2)
        row.add("first_prediction_p90_over_median", timing.spread, digits: 3)
        row.add("runs", timing.runs)
        return row
    }

    /// Runs this program and returns its output.
    private static func output(of words: [String]) throws -> String {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw Failure(action: "create a pipe") }
        defer { close(ends[0]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_addclose(&actions, ends[0])
        var arguments = (["Train"] + words).map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        let status = posix_spawn(&process, "/proc/self/exe", &actions, nil, &arguments, environ)
        close(ends[1])
        guard status == 0 else {
            throw Failure(action: "start this program", found: String(cString: strerror(status)))
        }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = read(ends[0], &bytes, bytes.count)
        var end: Int32 = 0
        waitpid(process, &end, 0)
        guard end == 0, count > 0 else { throw Failure(action: "run this program", found: "status \(end)") }
        return String(decoding: bytes[..<count], as: UTF8.self).filter { !$0.isNewline }
    }

    private static func temporaryFile() throws -> String {
        var name = Array("/tmp/first-prediction-XXXXXX".utf8CString)
        let descriptor = mkstemp(&name)
        guard descriptor >= 0 else { throw Failure(action: "create a file in /tmp") }
        close(descriptor)
        return String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private struct Failure: Error, CustomStringConvertible {
        var action: String
        var found = String(cString: strerror(errno))

        var description: String { "first-prediction: could not \(action): \(found)" }
    }
}

extension Workload {
    package static let firstPrediction = Workload(
        name: "first-prediction",
        summary: "Time from process start to the first prediction of the yardstick model.",
        batch: nil
    ) { _ in try FirstPrediction.measure() }
}
