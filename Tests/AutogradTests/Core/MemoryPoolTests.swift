import Autograd
import Testing

@Suite struct MemoryPoolTests {
    /// Releasing visits every size class, including empty ones.
    @Test func cachedBlocksAreReleased() {
        for count in [1, 2000, 5000, 100_000, 3_000_000] {
            #expect(counting([count]).array.last == Real(count))
        }
        Memory.releaseCached()
        #expect(counting([5000]).array.last == 5000)
    }
}
