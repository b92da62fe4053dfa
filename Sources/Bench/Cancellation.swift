import Synchronization

/// Cancellation of benchmarks.
public enum Cancellation {
    /// In a type of its own: a mutex would wrap a bare function again in every access.
    private struct Check: Sendable {
        let run: @Sendable () throws -> Void
    }

    private static let stored = Mutex(Check {})

    /// Sets a function that is called between repetitions; an error it throws ends the benchmark.
    public static func setCheck(_ check: @escaping @Sendable () throws -> Void) {
        stored.withLock { $0 = Check(run: check) }
    }

    /// Throws if the benchmark was canceled.
    static func check() throws { try stored.withLock { $0 }.run() }
}
