import Synchronization

/// Whether the work for a request has become pointless.
final class Cancellation: Sendable {
    private let flag = Atomic(false)
    private let monitor = Monitor()

    var isCancelled: Bool { flag.load(ordering: .acquiring) }

    func cancel() {
        monitor.locked {
            flag.store(true, ordering: .releasing)
            monitor.broadcast()
        }
    }

    /// Waits, and returns false as soon as the work is canceled.
    func wait(seconds: Double) -> Bool {
        let end = Clock.after(seconds)
        return monitor.locked {
            while !isCancelled { if !monitor.wait(until: end) { break } }
            return !isCancelled
        }
    }
}
