import Autograd
import Foundation

/// Runs an ablation: each run in a separate process, several at a time. Finished runs are skipped, interrupted runs are resumed, and
/// a failed run does not stop the others. Runs that another process is working on are checked again later.
public final class AblationRunner {
    /// The exit status of a process whose run folder is in use by another process.
    public static let busyStatus: Int32 = 75

    /// A single run that failed.
    public struct Failure: Sendable {
        /// The run whose process failed.
        public var single: Ablation.Single
        /// The reason, such as "status 1" or "signal 9".
        public var reason: String
        /// The last lines of its log.
        public var lastLines: [String]
    }

    /// The progress of the ablation.
    public struct Standing: Sendable {
        /// The metrics of each run, in order; nil for unfinished runs.
        public var metrics: [[String: Double]?]
        /// The indices of the active runs.
        public var running: [Int] = []
        /// The indices of runs that another process is working on.
        public var elsewhere: Set<Int> = []
        /// The runs that failed.
        public var failures: [Failure] = []
        /// The number of runs that finished in this process.
        public var done = 0
        /// The total duration of these runs, which exceeds the elapsed time if runs are concurrent.
        public var seconds = 0.0
    }

    /// A progress event.
    public enum Event: Sendable {
        /// A run starts or resumes.
        case began(Int)
        case finished(Int, seconds: Double)
        case failed(Failure)
        /// Another process is working on the run.
        case isElsewhere(Int)
        /// Sent at regular intervals.
        case tick
    }

    /// The way in which the ablation ended.
    public enum Ending: Sendable { case done, stopped }

    private struct Worker {
        var number: Int
        var process: ChildProcess
        var begin: ContinuousClock.Instant
        /// Where in the log its words begin.
        var logStart: UInt64
        /// How long to wait before another look, should another process be at work on it.
        var pause: Duration
    }

    private struct Waiting {
        var number: Int
        var until: ContinuousClock.Instant
        var pause = Duration.seconds(1)
    }

    private let ablation: Ablation
    private let jobs: Int
    private let program: String
    private let words: (Ablation.Single) -> [String]
    private let shouldStop: () -> Bool
    private let tell: (Event, Standing) -> Void

    private var standing: Standing
    private var workers: [Worker] = []
    private var queue: [Waiting] = []
    private let clock = ContinuousClock()

    /// Creates a runner of up to `jobs` concurrent processes.
    ///
    /// - Parameters:
    ///   - program: The program to start.
    ///   - words: Returns the name and the arguments of the program for a run. The program must start or resume the run, or do nothing
    ///     if it is finished; exit with status 75 if another process is working on it; and stop when its standard input is closed.
    ///   - shouldStop: Called regularly; if it returns true, the processes are asked to stop.
    ///   - tell: Receives progress events.
    public init(
        _ ablation: Ablation, jobs: Int, program: String, words: @escaping (Ablation.Single) -> [String],
        shouldStop: @escaping () -> Bool = { false },
        tell: @escaping (Event, Standing) -> Void = { _, _ in }
    ) {
        self.ablation = ablation
        self.jobs = max(1, jobs)
        self.program = program
        self.words = words
        self.shouldStop = shouldStop
        self.tell = tell
        standing = Standing(metrics: ablation.singles.map { _ in nil })
    }

    /// Runs all unfinished runs. The folder must have been prepared.
    public func run() throws -> (ending: Ending, standing: Standing) {
        for (number, single) in ablation.singles.enumerated() {
            if case .finished(let metrics) = ablation.state(of: single) {
                standing.metrics[number] = metrics
            } else {
                queue.append(Waiting(number: number, until: clock.now))
            }
        }
        var isStopping = false
        while true {
            for worker in workers {
                if let ending = worker.process.poll() { try end(worker, ending, isStopping: isStopping) }
            }
            if !isStopping, shouldStop() {
                isStopping = true
                for worker in workers { worker.process.terminate() }
            }
            if !isStopping { try fill() }
            if workers.isEmpty, isStopping || queue.isEmpty { break }
            standing.running = workers.map(\.number)
            tell(.tick, standing)
            usleep(50_000)
        }
        standing.running = []
        return (isStopping ? .stopped : .done, standing)
    }

    /// Starts processes up to the number that may work at a time.
    private func fill() throws {
        while workers.count < jobs, let place = queue.firstIndex(where: { $0.until <= clock.now }) {
            let waiting = queue.remove(at: place)
            let single = ablation.singles[waiting.number]
            standing.elsewhere.remove(waiting.number)
            switch ablation.state(of: single) {
            case .finished(let metrics):
                standing.metrics[waiting.number] = metrics
                tell(.finished(waiting.number, seconds: 0), standing)
            case .unusable(let reason): fail(single, reason, [])
            case .missing, .unfinished:
                let log = ablation.log(of: single)
                let size = (try? FileManager.default.attributesOfItem(atPath: log)[.size]) as? UInt64
                let process = try ChildProcess(program, words: words(single), appendingTo: log)
                workers.append(
                    Worker(
                        number: waiting.number, process: process, begin: clock.now, logStart: size ?? 0,
                        pause: waiting.pause))
                tell(.began(waiting.number), standing)
            }
        }
    }

    private func end(_ worker: Worker, _ ending: ChildProcess.Ending, isStopping: Bool) throws {
        workers.removeAll { $0.number == worker.number }
        standing.running = workers.map(\.number)
        let single = ablation.singles[worker.number]
        let state = ablation.state(of: single)
        switch (ending, state) {
        case (.status(0), .finished(let metrics)):
            standing.metrics[worker.number] = metrics
            standing.done += 1
            let seconds = (clock.now - worker.begin).inSeconds
            standing.seconds += seconds
            tell(.finished(worker.number, seconds: seconds), standing)
        case (.status(Self.busyStatus), _):
            queue.append(
                Waiting(
                    number: worker.number, until: clock.now + worker.pause,
                    pause: min(worker.pause * 2, .seconds(30))))
            standing.elsewhere.insert(worker.number)
            tell(.isElsewhere(worker.number), standing)
        case (_, .unusable(let reason)): fail(single, reason, lastLines(of: worker))
        case (.status(130), _) where isStopping, (.signal(SIGTERM), _) where isStopping: break
        default:
            let reason =
                switch ending {
                case .status(0): "no result"
                case .status(let status): "status \(status)"
                case .signal(let signal): "signal \(signal)"
                }
            fail(single, reason, lastLines(of: worker))
        }
    }

    private func fail(_ single: Ablation.Single, _ reason: String, _ lines: [String]) {
        let failure = Failure(single: single, reason: reason, lastLines: lines)
        standing.failures.append(failure)
        tell(.failed(failure), standing)
    }

    /// The end of the output of a process.
    private func lastLines(of worker: Worker) -> [String] {
        let log = ablation.log(of: ablation.singles[worker.number])
        guard let file = FileHandle(forReadingAtPath: log) else { return [] }
        defer { try? file.close() }
        let end = (try? file.seekToEnd()) ?? 0
        try? file.seek(toOffset: max(worker.logStart, end > 4096 ? end - 4096 : 0))
        let text = String(decoding: (try? file.readToEnd()) ?? Data(), as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).suffix(5).map(String.init)
    }
}
