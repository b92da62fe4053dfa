import Dispatch
import Synchronization

/// Computes values that will be needed soon on background threads, at most `depth` ahead.
final class Prefetcher<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    let depth: Int
    private let make: @Sendable (Key) throws -> Value
    private let queue = DispatchQueue(label: "prefetch", attributes: .concurrent)
    private let pending = Mutex<[Key: Promise]>([:])

    /// A value that is being computed.
    private final class Promise: Sendable {
        private let result = Mutex<Result<Value, any Error>?>(nil)
        private let isDone = DispatchSemaphore(value: 0)

        func fulfil(_ value: Result<Value, any Error>) {
            result.withLock { $0 = value }
            isDone.signal()
        }

        func get() throws -> Value? {
            isDone.wait()
            isDone.signal()
            return try result.withLock { $0 }?.get()
        }
    }

    init(depth: Int, _ make: @escaping @Sendable (Key) throws -> Value) {
        self.depth = depth
        self.make = make
    }

    /// Returns the value of a key, and starts computing those of the following keys.
    func value(of key: Key, then following: [Key]) throws -> Value {
        let promise = begin(key)
        let wanted = Set([key] + following)
        // Drop what will not be needed.
        pending.withLock { pending in pending = pending.filter { wanted.contains($0.key) } }
        for key in following.prefix(depth) { _ = begin(key) }
        defer { pending.withLock { $0[key] = nil } }
        return try promise.get() ?? make(key)
    }

    private func begin(_ key: Key) -> Promise {
        pending.withLock { pending in
            if let promise = pending[key] { return promise }
            let promise = Promise()
            pending[key] = promise
            queue.async { [make] in promise.fulfil(Result { try make(key) }) }
            return promise
        }
    }
}
