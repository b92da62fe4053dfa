import Autograd

/// Vector-aligned memory that is written once and then only read.
final class LaneMemory: @unchecked Sendable {
    let start: UnsafeMutablePointer<Float>
    private let block: UnsafeMutableRawBufferPointer

    init(count: Int) {
        (start, block) = MemoryPool.take(Float.self, count: count)
    }

    convenience init(zeros count: Int) {
        self.init(count: count)
        start.initialize(repeating: 0, count: count)
    }

    deinit { MemoryPool.give(block) }
}
