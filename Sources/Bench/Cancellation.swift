import Synchronization

/// Cancellation of benchmarks.
public enum Cancellation {
    private static let stored = Mutex<@Sendable () throws -> Void>({})

    /// Sets a function that is called between repetitions; an error it throws ends the benchmark.
    public static func setCheck(_ check: @escaping @Sendable () throws -> Void) {
        stored.withLock { $0 = check }
    }

    /// Throws if the benchmark was canceled.
    static func check() throws { try stored.withLock { $0 }() }
}
