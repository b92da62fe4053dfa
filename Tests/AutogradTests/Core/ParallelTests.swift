import Autograd
import Synchronization
import Testing

/// Tests that change the number of threads. They run serially, because the number is process-wide.
@Suite(.serialized) struct ThreadCountTests {
    /// Runs `body` with the given number of threads and restores the previous number.
    static func with<R>(threads: Int, _ body: () throws -> R) rethrows -> R {
        let before = Parallel.threads
        Parallel.threads = threads
        defer { Parallel.threads = before }
        return try body()
    }
}

extension ThreadCountTests {
    @Suite struct ParallelTests {
        @Test(arguments: [1, 2, 7, 64])
        func eachChunkRunsOnce(threads: Int) {
            ThreadCountTests.with(threads: threads) {
                for count in [0, 1, 2, 3, 7, 8, 100, 5000] {
                    let times = Counters(count)
                    Parallel.chunks(count) { times.add($0) }
                    #expect(times.all == Array(repeating: 1, count: count))
                }
            }
        }

        @Test(arguments: [1, 3, 7])
        func elementsAreCoveredOnce(threads: Int) {
            ThreadCountTests.with(threads: threads) {
                for (n, grain) in [(0, 4), (1, 4), (4, 4), (5, 4), (1000, 7), (1000, 1)] {
                    let times = Counters(n)
                    Parallel.elements(n, grain: grain) { range in
                        #expect(range.count <= grain)
                        for i in range { times.add(i) }
                    }
                    #expect(times.all == Array(repeating: 1, count: n))
                }
            }
        }

        @Test func nestedCallsCoverAll() {
            ThreadCountTests.with(threads: 7) {
                let times = Counters(12 * 50)
                Parallel.chunks(12) { outer in
                    Parallel.chunks(50) { inner in times.add(outer * 50 + inner) }
                }
                #expect(times.all == Array(repeating: 1, count: 600))
            }
        }

        @Test func manySmallJobsFromSeveralThreads() {
            ThreadCountTests.with(threads: 7) {
                onThreads(6) { thread in
                    for job in 0..<3000 {
                        let chunks = 2 + (job + thread) % 9
                        let times = Counters(chunks)
                        Parallel.chunks(chunks) { times.add($0) }
                        #expect(times.all == Array(repeating: 1, count: chunks))
                    }
                }
            }
        }

        @Test func threadCountChangesBetweenJobs() {
            ThreadCountTests.with(threads: 1) {
                for threads in [1, 7, 2, 5, 1, 3] {
                    Parallel.threads = threads
                    #expect(Parallel.threads == threads)
                    for _ in 0..<200 {
                        let times = Counters(11)
                        Parallel.chunks(11) { times.add($0) }
                        #expect(times.all == Array(repeating: 1, count: 11))
                    }
                }
            }
        }
    }
}

/// One counter per index, incremented by several threads.
private final class Counters: Sendable {
    private let counts: Mutex<[Int]>

    init(_ count: Int) { counts = Mutex(Array(repeating: 0, count: count)) }

    func add(_ index: Int) { counts.withLock { $0[index] += 1 } }
    var all: [Int] { counts.withLock { $0 } }
}
