import CKernels
import Synchronization

/// A buffer of elements, shared by tensors and immutable once it is published.
final class Storage: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<Real>
    let count: Int
    /// The pool block that holds the elements.
    private let block: UnsafeMutableRawBufferPointer?
    /// Retains external memory, such as a mapped file.
    private let owner: AnyObject?
    /// Packed copies of the elements for matrix products.
    private let packed = Mutex<[(layout: PackedMatrix.Layout, matrix: PackedMatrix)]>([])

    /// The number of live storages, for leak tests.
    static let live = Atomic<Int>(0)

    /// Allocates `count` uninitialized elements.
    init(count: Int) {
        self.count = count
        owner = nil
        let (start, block) = MemoryPool.take(Real.self, count: count)
        (pointer, self.block) = (start, block)
        Storage.live.add(1, ordering: .relaxed)
    }

    /// Wraps elements in external, read-only memory.
    init(borrowing pointer: UnsafePointer<Real>, count: Int, owner: AnyObject) {
        self.pointer = UnsafeMutablePointer(mutating: pointer)
        self.count = count
        self.owner = owner
        block = nil
        Storage.live.add(1, ordering: .relaxed)
    }

    var isBorrowed: Bool { owner != nil }

    /// Returns the packed copy that was passed to `keep`.
    func packedMatrix(_ layout: PackedMatrix.Layout) -> PackedMatrix? {
        packed.withLock { list in list.first { $0.layout == layout }?.matrix }
    }

    /// Caches a packed copy until the elements are modified or freed.
    func keep(_ matrix: PackedMatrix, _ layout: PackedMatrix.Layout) {
        packed.withLock { $0.append((layout, matrix)) }
    }

    /// Releases the physical memory of elements in a mapped file, after they have been packed.
    func discardPages() {
        (owner as? FileBytes)?.discard(pointer, count: count * MemoryLayout<Real>.stride)
    }

    /// Called before the elements are modified in place; requires a unique reference.
    func willChange() {
        packed.withLock { if !$0.isEmpty { $0 = [] } }
    }

    deinit {
        Storage.live.subtract(1, ordering: .relaxed)
        if let block { MemoryPool.give(block) }
    }
}

/// Caches large blocks for reuse by the next tensor of similar size. The page faults of a fresh 6 MB block cost
/// more than the arithmetic on it.
package enum MemoryPool {
    private struct State: ~Copyable {
        /// Addresses of free blocks by size class, up to 2^48 bytes.
        var free: [[UInt]] = Array(repeating: [], count: steps * 48 + reach)
        var cachedBytes = 0
        var liveBytes = 0
        /// Provides smaller blocks instead of the cache, after `limitFragmentation`.
        var region = MemoryRegion()
    }

    private static let state = Mutex(State())
    /// Below this size, the system's allocator is as fast.
    private static let smallest = 4096
    /// The largest size class, beyond any available memory.
    private static let largest = 1 << 47
    /// Cached bytes that are never returned to the system.
    private static let alwaysKept = 128 << 20
    /// Size classes per power of two; at most a sixteenth of a block is unused.
    private static let steps = 16
    /// The number of larger size classes to search. A cached block that is up to a quarter larger is better than a
    /// new one.
    private static let reach = 4

    /// Returns memory and the block that contains it; `give` returns the block to the pool.
    package static func take<Number: BitwiseCopyable>(_ type: Number.Type, count: Int) -> (
        start: UnsafeMutablePointer<Number>, block: UnsafeMutableRawBufferPointer
    ) {
        let block = take(bytes: count * MemoryLayout<Number>.stride)
        return (block.bindMemory(to: type).baseAddress!, block)
    }

    private static func take(bytes: Int) -> UnsafeMutableRawBufferPointer {
        if bytes <= smallest || bytes > largest { return allocate(Swift.max(bytes, 16)) }
        let first = sizeClass(bytes)
        let cached = state.withLock { state -> UnsafeMutableRawBufferPointer? in
            if let address = state.region.take(bytes) {
                state.liveBytes += bytes
                return UnsafeMutableRawBufferPointer(
                    start: UnsafeMutableRawPointer(bitPattern: address), count: bytes)
            }
            for index in first...first + reach {
                if let address = state.free[index].popLast() {
                    let size = classSize(index)
                    state.cachedBytes -= size
                    state.liveBytes += size
                    return UnsafeMutableRawBufferPointer(
                        start: UnsafeMutableRawPointer(bitPattern: address), count: size)
                }
            }
            state.liveBytes += classSize(first)
            trim(&state, keeping: Swift.max(alwaysKept, state.liveBytes / 2))
            return nil
        }
        return cached ?? allocate(classSize(first))
    }

    private static func allocate(_ bytes: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: ck_allocate(bytes), count: bytes)
    }

    package static func give(_ block: UnsafeMutableRawBufferPointer) {
        if block.count <= smallest || block.count > largest { return ck_release(block.baseAddress) }
        let address = UInt(bitPattern: block.baseAddress)
        state.withLock { state in
            state.liveBytes -= block.count
            guard !state.region.give(address, block.count) else { return }
            state.cachedBytes += block.count
            state.free[sizeClass(block.count)].append(address)
        }
    }

    /// Returns the cached blocks to the system.
    static func releaseCached() {
        state.withLock {
            trim(&$0, keeping: 0)
            $0.region.releaseUnused()
        }
    }

    /// The unused bytes of the region that `limitFragmentation` reserves.
    package static var freeRegionBytes: Int { state.withLock { $0.region.freeBytes } }

    static func limitFragmentation() {
        state.withLock { state in
            if state.region.isEmpty { state.region = MemoryRegion(size: 256 << 20) }
        }
    }

    private static func trim(_ state: inout State, keeping limit: Int) {
        for index in state.free.indices.reversed() where state.cachedBytes > limit {
            let size = classSize(index)
            while state.cachedBytes > limit, let block = state.free[index].popLast() {
                ck_release(UnsafeMutableRawPointer(bitPattern: block))
                state.cachedBytes -= size
            }
        }
    }

    /// Returns the smallest size class with blocks of at least `bytes` bytes.
    private static func sizeClass(_ bytes: Int) -> Int {
        let exponent = Int.bitWidth - 1 - (bytes - 1).leadingZeroBitCount
        let step = (1 << exponent) / steps
        return exponent * steps + (bytes - (1 << exponent) + step - 1) / step
    }

    private static func classSize(_ index: Int) -> Int {
        let base = 1 << (index / steps)
        return base + index % steps * (base / steps)
    }
}

/// The memory pool of the tensors.
public enum Memory {
    /// Returns cached memory to the system.
    public static func releaseCached() { MemoryPool.releaseCached() }

    /// Returns cached memory, the free memory of the C library, and pages of program code to the system. For programs that wait
    /// for a long time. Code that is used again is mapped again.
    public static func releaseUnused() {
        releaseCached()
        ck_release_unused()
        ck_release_code()
    }

    /// Reuses freed memory of up to 1 MB wherever it fits, instead of caching blocks by size, from now on. For servers: a process
    /// that computes many small predictions needs less memory.
    public static func limitFragmentation() { MemoryPool.limitFragmentation() }

    /// The number of live element buffers. It is unchanged by code that does not leak.
    public static var liveStorages: Int { Storage.live.load(ordering: .relaxed) }

    /// The number of live graph nodes, including those of parameters.
    public static var liveNodes: Int { Node.live.load(ordering: .relaxed) }
}
