import Reports
import Foundation
import Lab

/// Shows the progress of an ablation: a live table on a terminal, one line per event in a file or pipe.
final class AblationProgress {
    private let ablation: Ablation
    private let jobs: Int
    private var block = LiveBlock()
    private var shown: ContinuousClock.Instant?
    private var table: (done: Int, text: String)?

    init(_ ablation: Ablation, jobs: Int) {
        self.ablation = ablation
        self.jobs = jobs
    }

    func tell(_ event: AblationRunner.Event, _ standing: AblationRunner.Standing) {
        if Terminal.isInteractive { return draw(standing) }
        switch event {
        case .began(let number): say("started: \(ablation.singles[number].title)")
        case .finished(let number, let seconds):
            let single = ablation.singles[number]
            let metric = ablation.plan.options.metric
            let value = standing.metrics[number]?[metric].map { "\(metric) \(NumberText.short($0))" }
            let done = standing.metrics.count { $0 != nil }
            say(
                "\(done)/\(ablation.singles.count) done: \(single.title): \(value ?? "no \(metric)")"
                    + (seconds > 0 ? ", \(NumberText.duration(seconds))" : ""))
        case .failed(let failure): say("failed: \(failure.single.title) (\(failure.reason))")
        case .isElsewhere(let number):
            say("running in another process: \(ablation.singles[number].title)")
        case .tick: break
        }
    }

    /// Clears the live display.
    func finish() { block.clear() }

    private func say(_ text: String) { Terminal.show(text + "\n") }

    private func draw(_ standing: AblationRunner.Standing) {
        let now = ContinuousClock.now
        if let shown, now - shown < .milliseconds(500) { return }
        shown = now
        let done = standing.metrics.count { $0 != nil }
        if table?.done != done {
            table = (done, AblationTable(ablation, metrics: standing.metrics).table.text)
        }
        var words = ["\(done) of \(NumberText.count(standing.metrics.count, "run")) done"]
        if !standing.elsewhere.isEmpty {
            words.append("\(standing.elsewhere.count) running in other processes")
        }
        if !standing.failures.isEmpty { words.append("\(standing.failures.count) failed") }
        if standing.done > 0 {
            let left = standing.metrics.count - done - standing.failures.count
            let seconds = standing.seconds / Double(standing.done) * Double(left) / Double(jobs)
            words.append("about \(NumberText.duration(seconds)) left")
        }
        let running = standing.running.map { number in
            let single = ablation.singles[number]
            return
                "  \(single.title): epoch \(epochs(of: single) + 1) of \(single.experiment.training.epochs)\n"
        }
        block.show((table?.text ?? "") + words.joined(separator: ", ") + "\n" + running.joined())
    }

    /// The number of completed epochs of a running run.
    private func epochs(of single: Ablation.Single) -> Int {
        let file = ablation.run(of: single) + "/metrics.jsonl"
        let lines = FileManager.default.contents(atPath: file)?.count { $0 == UInt8(ascii: "\n") } ?? 0
        return min(lines, single.experiment.training.epochs - 1)
    }
}
