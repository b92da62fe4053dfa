import Lab
import Reports
import Synchronization
import Training

/// Shows the progress of a run on the terminal.
final class TerminalProgress: RunProgress {
    private let isQuiet: Bool
    private let progress = Mutex<ProgressBar?>(nil)

    init(isQuiet: Bool) { self.isQuiet = isQuiet }

    func begin(_ work: String) {
        guard !isQuiet else { return }
        finish()
        print(work)
    }

    func advance(_ done: Int, of total: Int, note: String) {
        guard !isQuiet else { return }
        progress.withLock { progress in
            if progress == nil { progress = ProgressBar(total: total) }
            progress?.update(done, note)
            if done == total { progress = nil }
        }
    }

    func epoch(_ metrics: EpochMetrics, _ timing: EpochTiming) {
        guard !isQuiet else { return }
        let shown = metrics.values.filter { $0.name != "gradient_norm" && $0.name != "penalty" }
            .map { "\($0.name) \(ResultText.short($0.value))" }
        let start = Terminal.isInteractive ? "\r\u{1B}[K" : ""
        guard !timing.isFit else {
            let seconds = NumberText.fixed(timing.training, timing.training < 10 ? 2 : 0)
            Terminal.show("\(start)fitted in \(seconds) s  \(shown.joined(separator: "  "))\n")
            return
        }
        let speed = NumberText.count(Int(timing.samplesPerSecond.rounded()), "sample") + "/s"
        Terminal.show(
            "\(start)epoch \(metrics.epoch)  \(shown.joined(separator: "  "))  \(speed)  "
                + "\(ResultText.short(timing.seconds)) s\n")
    }

    func note(_ text: String) {
        Terminal.error(text)
    }

    func remark(_ text: String) {
        guard !isQuiet else { return }
        finish()
        print(text)
    }

    func finish() {
        progress.withLock { progress in
            progress?.stop()
            progress = nil
        }
    }
}
