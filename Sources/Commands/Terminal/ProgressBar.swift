import Autograd
import Reports

/// A progress display: a bar with the remaining time on a terminal, occasional lines if output goes to a file.
struct ProgressBar {
    private let total: Int
    private let clock = ContinuousClock()
    private let begin: ContinuousClock.Instant
    private var lastShown: ContinuousClock.Instant?
    /// The number of completed steps at the first update: those of a resumed run do not count for the estimate.
    private var first: Int?
    private let pause: Duration

    init(total: Int) {
        self.total = total
        begin = clock.now
        pause = Terminal.isInteractive ? .milliseconds(100) : .seconds(2)
    }

    /// Updates the number of completed steps, with a note such as the loss. Redraws only if the last update was a while ago.
    mutating func update(_ done: Int, _ note: String) {
        let now = clock.now
        let before = first ?? done
        first = before
        if done < total, let lastShown, now - lastShown < pause { return }
        lastShown = now
        let elapsed = (now - begin).inSeconds
        let left =
            done > before
            ? NumberText.duration(elapsed / Double(done - before) * Double(total - done)) + " left"
            : "estimating time"
        let count = "\(done)/\(total)"
        guard Terminal.isInteractive else {
            return Terminal.show("step \(count)  \(note)  \(NumberText.duration(elapsed)) elapsed, \(left)\n")
        }
        let room = max(10, min(30, Terminal.width - 50))
        let filled = room * done / max(total, 1)
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: room - filled)
        // A line that wraps cannot be redrawn in place.
        let line = "\(bar) \(count)  \(note)  \(left)".prefix(max(1, Terminal.width - 1))
        Terminal.show("\r\u{1B}[K\(line)" + (done == total ? "\n" : ""))
    }

    /// Ends the line of an unfinished progress bar.
    func stop() {
        if Terminal.isInteractive { Terminal.show("\n") }
    }
}
