import Autograd
import Synchronization

/// Receives the number of completed items and the total. Called from any thread, one call at a time, with increasing
/// numbers.
public typealias Progress = @Sendable (_ done: Int, _ total: Int) -> Void

/// Maps 0..<count through `body` on several threads.
package func parallelMap<Value>(_ count: Int, progress: Progress? = nil, _ body: (Int) -> Value) -> [Value] {
    let done = Mutex(0)
    return [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
        let base = buffer.baseAddress
        Parallel.chunks(count) { index in
            base.map { ($0 + index).initialize(to: body(index)) }
            guard let progress else { return }
            done.withLock { done in
                done += 1
                progress(done, count)
            }
        }
        initialized = count
    }
}

/// Computes a value for each item on several threads, a batch at a time, and passes the results to `body` in order.
///
/// - Parameter check: Called before each batch; an error that it throws ends the work.
package func parallelForEach<Item, Value>(
    _ items: [Item], batch: Int, progress: Progress? = nil, check: () throws -> Void = {},
    compute: (Item) -> Value, body: (_ index: Int, _ value: Value) throws -> Void
) throws {
    for start in stride(from: 0, to: items.count, by: batch) {
        try check()
        let total = items.count
        let values = parallelMap(
            min(batch, total - start),
            progress: progress.map { progress -> Progress in { done, _ in progress(start + done, total) } }
        ) { compute(items[start + $0]) }
        for (index, value) in values.enumerated() { try body(start + index, value) }
    }
}
