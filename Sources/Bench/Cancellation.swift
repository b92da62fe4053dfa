import Synchronization

/// How a program that runs benchmarks ends them early.
public enum Cancellation {
    private static let stored = Mutex<@Sendable () throws -> Void>({})

    /// Sets the function that is called between repetitions; benchmarks end with the error that it throws.
    public static func setCheck(_ check: @escaping @Sendable () throws -> Void) {
        stored.withLock { $0 = check }
    }

    /// Throws if the program has asked benchmarks to end.
    static func check() throws { try stored.withLock { $0 }() }
}
