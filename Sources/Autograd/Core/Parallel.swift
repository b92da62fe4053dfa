import CKernels
import Foundation
import Synchronization

/// The one place where work is spread over the cores.
///
/// Work is cut into chunks that do not depend on how many threads there are, and a chunk is always computed by one
/// thread in one order. So results have the same bits on any number of threads. Idle threads pick up the next
/// chunk, so a core that another program takes away slows the work only by its share.
public enum Parallel {
    /// The number of threads that work together, the calling one included. At first the cores this process may
    /// use, or the value of the environment variable `AUTOGRAD_THREADS` where that is a whole number. At most 64.
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

    /// Calls `body` once for each chunk number below `chunks`, on several threads, and returns when all are done.
    /// Inside a chunk, further calls run in turn on the same thread.
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

    /// Cuts 0..<n into ranges of `grain` elements and calls `body` for each.
    @inline(__always)
    public static func elements(_ n: Int, grain: Int = 32768, _ body: (Range<Int>) -> Void) {
        if n <= grain { return n > 0 ? body(0..<n) : () }
        run((n + grain - 1) / grain) { body($0 * grain..<Swift.min(n, ($0 + 1) * grain)) }
    }
}
