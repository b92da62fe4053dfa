import Autograd
import Dispatch
import Synchronization

/// Lets only as many requests compute at a time as there are processor cores, in the order in which they came. More of them would
/// finish no sooner, and each would wait for all others.
package final class Turns: Sendable {
    private struct State {
        var free: Int
        var waiting: [DispatchSemaphore] = []
    }

    private let state: Mutex<State>
    private let count: Int

    /// Creates turns for a number of requests at a time.
    package init(_ count: Int) {
        self.count = count
        state = Mutex(State(free: count))
    }

    /// Calls `body` when it is its turn. If other requests compute or wait, they get the other cores.
    package func taken<Result>(_ body: () throws -> Result) rethrows -> Result {
        take()
        defer { give() }
        let isShared = state.withLock { count - $0.free > 1 || !$0.waiting.isEmpty }
        return try isShared ? Parallel.alone(body) : body()
    }

    private func take() {
        let gate = state.withLock { state -> DispatchSemaphore? in
            if state.free > 0 {
                state.free -= 1
                return nil
            }
            let gate = DispatchSemaphore(value: 0)
            state.waiting.append(gate)
            return gate
        }
        gate?.wait()
    }

    /// Ends a turn; the request that has waited longest gets it.
    private func give() {
        state.withLock { state -> DispatchSemaphore? in
            guard !state.waiting.isEmpty else {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst()
        }?.signal()
    }

    /// Lets requests that wait go first. To be called now and then by long computations.
    package func pass() {
        guard state.withLock({ !$0.waiting.isEmpty }) else { return }
        give()
        take()
    }
}
