/// Counts what runs, and waits until nothing does.
final class Countdown: @unchecked Sendable {
    private let monitor = Monitor()
    private var count = 0

    func enter() { monitor.locked { count += 1 } }

    func leave() {
        monitor.locked {
            count -= 1
            monitor.broadcast()
        }
    }

    func wait(seconds: Double) {
        let end = Clock.after(seconds)
        monitor.locked { while count > 0, monitor.wait(until: end) {} }
    }
}
