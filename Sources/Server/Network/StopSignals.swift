import Foundation
import Synchronization

/// Waits for signals that ask the process to stop.
struct StopSignals {
    private let previous: [(signal: Int32, action: sigaction)]
    private let read: Int32

    /// The end of the pipe that the signal handler writes to.
    private static let pipeEnd = Atomic<Int32>(-1)

    /// Catches the signals.
    init(_ signals: [Int32]) throws(ServerError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .system("Opening a pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        guard
            Self.pipeEnd.compareExchange(expected: -1, desired: ends[1], ordering: .sequentiallyConsistent)
                .exchanged
        else {
            for end in ends { close(end) }
            throw ServerError("Another server in this process already handles signals.")
        }
        read = ends[0]
        var previous: [(Int32, sigaction)] = []
        for signal in signals {
            var (action, old) = (sigaction(), sigaction())
            action.__sigaction_handler.sa_handler = { _ in
                // Only what is allowed in a signal handler, and without a change of errno.
                let code = errno
                var byte: UInt8 = 0
                _ = write(StopSignals.pipeEnd.load(ordering: .relaxed), &byte, 1)
                errno = code
            }
            action.sa_flags = SA_RESTART
            if sigaction(signal, &action, &old) == 0 { previous.append((signal, old)) }
        }
        self.previous = previous
        // The parent process may have blocked these signals.
        var mask = sigset_t()
        sigemptyset(&mask)
        for signal in signals { sigaddset(&mask, signal) }
        pthread_sigmask(SIG_UNBLOCK, &mask, nil)
    }

    /// Returns once a signal has arrived.
    func wait() {
        var byte: UInt8 = 0
        while Foundation.read(read, &byte, 1) < 0, errno == EINTR {}
    }

    /// Restores what the signals did before.
    func restore() {
        for (signal, action) in previous {
            var action = action
            sigaction(signal, &action, nil)
        }
        close(Self.pipeEnd.exchange(-1, ordering: .sequentiallyConsistent))
        close(read)
    }
}
