import Synchronization

/// A cache of values that are expensive to compute and shared by all recordings, such as filter banks.
final class SharedTables<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let made = Mutex<[Key: Value]>([:])
    private let limit: Int

    /// Keeps at most `limit` values; when full, the cache is emptied.
    init(limit: Int) { self.limit = limit }

    /// Returns the value of a key, computed by `make` on first use. Two threads may both compute it; the results are
    /// equal.
    func callAsFunction(_ key: Key, make: () throws -> Value) rethrows -> Value {
        if let value = made.withLock({ $0[key] }) { return value }
        let value = try make()
        made.withLock { values in
            if values.count >= limit { values.removeAll() }
            values[key] = value
        }
        return value
    }
}
