import Foundation
import Synchronization
import Testing

/// A list that several threads append to.
final class Gathered<Value: Sendable>: Sendable {
    private let stored = Mutex<[Value]>([])

    func append(_ values: [Value]) { stored.withLock { $0 += values } }
    var values: [Value] { stored.withLock { $0 } }
}

/// Expects that an exit test wrote `message` to standard error.
func expect(
    _ result: ExitTest.Result?, says message: String, sourceLocation: SourceLocation = #_sourceLocation
) {
    let output = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(output.contains(message), sourceLocation: sourceLocation)
}

/// Runs `body` on a new thread and waits for it.
func onThread(stackBytes: Int = 1 << 20, _ body: @escaping @Sendable () -> Void) {
    let done = DispatchSemaphore(value: 0)
    let thread = Thread {
        body()
        done.signal()
    }
    thread.stackSize = stackBytes
    thread.start()
    done.wait()
}

/// Runs `body` on several threads and waits for all of them.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let done = DispatchSemaphore(value: 0)
    for index in 0..<count {
        Thread {
            body(index)
            done.signal()
        }.start()
    }
    for _ in 0..<count { done.wait() }
}
