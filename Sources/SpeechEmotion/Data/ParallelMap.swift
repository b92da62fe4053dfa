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
