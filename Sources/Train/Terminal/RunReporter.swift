import Lab
import Synchronization

/// Shows on the terminal how a run goes on.
final class RunReporter: RunObserver {
    private let isQuiet: Bool
    private let progress = Mutex<Progress?>(nil)

    init(isQuiet: Bool) { self.isQuiet = isQuiet }

    var isAskedToStop: Bool { Interrupt.isAsked }

    func begin(_ work: String) {
        guard !isQuiet else { return }
        finish()
        print(work)
    }

    func advance(_ done: Int, of total: Int, note: String) {
        guard !isQuiet else { return }
        progress.withLock { progress in
            if progress == nil { progress = Progress(total: total) }
            progress?.update(done, note)
            if done == total { progress = nil }
        }
    }

    func epoch(_ metrics: EpochMetrics, seconds: Double) {
        guard !isQuiet else { return }
        let shown = metrics.figures.filter { $0.name != "gradient_norm" && $0.name != "penalty" }
            .map { "\($0.name) \(Self.short($0.value))" }
        let start = Terminal.isInteractive ? "\r\u{1B}[K" : ""
        Terminal.show(
            "\(start)epoch \(metrics.epoch)  \(shown.joined(separator: "  "))  \(Self.short(seconds)) s\n")
    }

    func note(_ text: String) {
        Terminal.error(text)
    }

    /// Ends the line of an unfinished bar.
    func finish() {
        progress.withLock { progress in
            progress?.stop()
            progress = nil
        }
    }

    /// Four digits that matter.
    private static func short(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return "\(value)" }
        if value.magnitude < 0.001 || value.magnitude >= 1e6 { return "\(Float(value))" }
        return "\((value * 10000).rounded() / 10000)"
    }
}
