import Synchronization

/// Things that are costly to make and the same for every sound, such as filters: each made once for its key.
final class SharedTables<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let made = Mutex<[Key: Value]>([:])
    private let limit: Int

    /// Keeps `limit` of them; where more come, all are forgotten and made again when asked for.
    init(limit: Int) { self.limit = limit }

    /// The value of a key, made by `make` the first time. Two threads may both make it; either is as good.
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
