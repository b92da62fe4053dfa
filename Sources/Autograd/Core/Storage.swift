import CKernels
import Synchronization

/// A block of elements, shared by the tensors that look at it and never changed once it is published.
final class Storage: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<Real>
    let count: Int
    /// The memory of the pool that the elements lie in.
    private let block: UnsafeMutableRawBufferPointer?
    /// Keeps foreign memory (a mapped file) alive.
    private let owner: AnyObject?
    /// Copies of the elements as factors of products.
    private let packed = Mutex<[(layout: PackedMatrix.Layout, matrix: PackedMatrix)]>([])

    /// Storages alive now, for leak tests.
    static let live = Atomic<Int>(0)

    /// Room for `count` elements with undefined content.
    init(count: Int) {
        self.count = count
        owner = nil
        let (start, block) = MemoryPool.take(Real.self, count: count)
        (pointer, self.block) = (start, block)
        Storage.live.add(1, ordering: .relaxed)
    }

    /// Elements that lie in memory of another object, read only.
    init(borrowing pointer: UnsafePointer<Real>, count: Int, owner: AnyObject) {
        self.pointer = UnsafeMutablePointer(mutating: pointer)
        self.count = count
        self.owner = owner
        block = nil
        Storage.live.add(1, ordering: .relaxed)
    }

    var isBorrowed: Bool { owner != nil }

    /// The copy that `keep` was given.
    func packedMatrix(_ layout: PackedMatrix.Layout) -> PackedMatrix? {
        packed.withLock { list in list.first { $0.layout == layout }?.matrix }
    }

    /// Keeps a copy for as long as the elements live and do not change.
    func keep(_ matrix: PackedMatrix, _ layout: PackedMatrix.Layout) {
        packed.withLock { $0.append((layout, matrix)) }
    }

    /// Before elements are changed in place, which only their single holder may do.
    func willChange() {
        packed.withLock { if !$0.isEmpty { $0 = [] } }
    }

    deinit {
        Storage.live.subtract(1, ordering: .relaxed)
        if let block { MemoryPool.give(block) }
    }
}

/// Keeps large blocks for the next tensor of about their size: a fresh 6 MB block costs more in page faults than
/// the arithmetic on it.
package enum MemoryPool {
    private struct State: ~Copyable {
        /// Addresses of free blocks by size class, up to 2^48 bytes.
        var free: [[UInt]] = Array(repeating: [], count: steps * 48 + reach)
        var cachedBytes = 0
        var liveBytes = 0
    }

    private static let state = Mutex(State())
    /// Below this the system's allocator is as fast.
    private static let smallest = 4096
    /// Above this there is no size class, and no memory either.
    private static let largest = 1 << 47
    /// Cached memory that is never handed back.
    private static let alwaysKept = 128 << 20
    /// Size classes to a power of two: a sixteenth of a block is unused at most.
    private static let steps = 16
    /// How many classes above its own a block may come from: a cached one of a quarter more is better than a new one.
    private static let reach = 4

    /// Room for numbers, and the block it lies in, which `give` takes back.
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
            state.cachedBytes += block.count
            state.free[sizeClass(block.count)].append(address)
        }
    }

    /// Hands the cached blocks back to the system.
    static func releaseCached() {
        state.withLock { trim(&$0, keeping: 0) }
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

    /// The class of the smallest blocks of at least so many bytes.
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

/// Memory that the tensors keep for reuse.
public enum Memory {
    /// Hands memory that is kept for reuse back to the system.
    public static func releaseCached() { MemoryPool.releaseCached() }

    /// Blocks of elements alive now. Equal before and after a piece of work that leaks nothing.
    public static var liveStorages: Int { Storage.live.load(ordering: .relaxed) }

    /// Nodes of the graph alive now, those of parameters included.
    public static var liveNodes: Int { Node.live.load(ordering: .relaxed) }
}
