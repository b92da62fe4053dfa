import Foundation
import Serve
import Synchronization
import Testing

extension ServeTests {
    /// The turns in which predictions are computed.
    @Suite struct TurnsTests {
        private final class Log: Sendable {
            let entries = Mutex<(now: Int, most: Int, order: [Int])>((0, 0, []))

            func enter(_ number: Int) {
                entries.withLock {
                    $0.now += 1
                    $0.most = max($0.most, $0.now)
                    $0.order.append(number)
                }
            }

            func leave() { entries.withLock { $0.now -= 1 } }
        }

        @Test(arguments: [1, 3]) func onlySoManyAtATime(_ count: Int) {
            let (turns, log) = (Turns(count), Log())
            DispatchQueue.concurrentPerform(iterations: 24) { number in
                turns.taken {
                    log.enter(number)
                    usleep(500)
                    log.leave()
                    turns.pass()
                }
            }
            let found = log.entries.withLock { $0 }
            #expect(found.order.sorted() == Array(0..<24))
            // Passing gives the turn to another one, which enters before the first returns.
            #expect(found.now == 0 && found.most <= count)
        }

        /// A long computation that passes lets those that came later finish first.
        @Test func passingLetsOthersGoFirst() {
            let (turns, log) = (Turns(1), Log())
            let queue = DispatchQueue(label: "turns", attributes: .concurrent)
            let group = DispatchGroup()
            let hasBegun = DispatchSemaphore(value: 0)
            queue.async(group: group) {
                turns.taken {
                    hasBegun.signal()
                    for _ in 0..<2000 where log.entries.withLock({ $0.order.count < 2 }) {
                        usleep(1000)
                        turns.pass()
                    }
                    log.enter(0)
                }
            }
            hasBegun.wait()
            for number in 1...2 { queue.async(group: group) { turns.taken { log.enter(number) } } }
            group.wait()
            #expect(log.entries.withLock { $0.order.last } == 0)
        }
    }
}
