import CKernels
import Foundation
import Synchronization

/// Distributes work over the CPU cores.
///
/// Work is split into chunks independently of the number of threads, and each chunk is computed by one thread in a
/// fixed order. Results are therefore bit-identical for any number of threads. Idle threads take the next chunk, so
/// a core that is shared with another program slows the work down only in proportion.
public enum Parallel {
    /// The number of threads, including the calling thread. The default is the number of available cores, or the
    /// value of the environment variable `AUTOGRAD_THREADS` if it is an integer. The maximum is 64.
    public static var threads: Int {
        get { threadCount.load(ordering: .relaxed) }
        set {
            require(newValue >= 1, "Parallel.threads: expected at least 1, found \(newValue)")
            threadCount.store(Swift.min(newValue, Int(CK_MAX_THREADS)), ordering: .relaxed)
        }
    }

    private static let threadCount: Atomic<Int> = {
        let cores = Int(ck_usable_cores())
        let wished = ProcessInfo.processInfo.environment["AUTOGRAD_THREADS"].flatMap(Int.init) ?? cores
        return Atomic(Swift.max(1, Swift.min(wished, Int(CK_MAX_THREADS))))
    }()

    /// Calls `body` without the thread pool: all its work runs on the calling thread. For programs that compute several things
    /// at once, such as servers, whose threads then do not wait for each other.
    public static func alone<Result>(_ body: () throws -> Result) rethrows -> Result {
        ck_work_alone(1)
        defer { ck_work_alone(-1) }
        return try body()
    }

    /// Calls `body` once for each chunk index below `chunks`, on several threads, and returns when all chunks are
    /// done. Nested calls run sequentially on the calling thread.
    @inline(__always)
    public static func chunks(_ chunks: Int, _ body: (Int) -> Void) {
        if chunks == 1 { return body(0) }
        guard chunks > 0 else { return }
        run(chunks, body)
    }

    @inline(never)
    private static func run(_ chunks: Int, _ body: (Int) -> Void) {
        withoutActuallyEscaping(body) { body in
            withUnsafePointer(to: body) { pointer in
                ck_parallel_run(
                    threads, chunks,
                    { context, chunk in
                        context!.assumingMemoryBound(to: ((Int) -> Void).self).pointee(chunk)
                    }, UnsafeMutableRawPointer(mutating: pointer))
            }
        }
    }

    /// Splits 0..<n into ranges of `grain` elements and calls `body` for each range.
    @inline(__always)
    public static func elements(_ n: Int, grain: Int = 32768, _ body: (Range<Int>) -> Void) {
        if n <= grain { return n > 0 ? body(0..<n) : () }
        run((n + grain - 1) / grain) { body($0 * grain..<Swift.min(n, ($0 + 1) * grain)) }
    }
}
