import CKernels
import Synchronization

/// A block of elements, shared by the tensors that look at it and never changed once it is published.
final class Storage: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<Real>
    let count: Int
    /// Keeps foreign memory (a mapped file) alive; nil for memory of the pool.
    private let owner: AnyObject?
    /// Copies of the elements as factors of products.
    private let packed = Mutex<[(layout: PackedMatrix.Layout, matrix: PackedMatrix)]>([])

    /// Storages alive now, for leak tests.
    static let live = Atomic<Int>(0)

    /// Room for `count` elements with undefined content.
    init(count: Int) {
        self.count = count
        owner = nil
        pointer = MemoryPool.take(bytes: count * MemoryLayout<Real>.stride).assumingMemoryBound(to: Real.self)
        Storage.live.add(1, ordering: .relaxed)
    }

    /// Elements that lie in memory of another object, read only.
    init(borrowing pointer: UnsafePointer<Real>, count: Int, owner: AnyObject) {
        self.pointer = UnsafeMutablePointer(mutating: pointer)
        self.count = count
        self.owner = owner
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
        if owner == nil { MemoryPool.give(pointer, bytes: count * MemoryLayout<Real>.stride) }
    }
}

/// Keeps large blocks for the next tensor of about their size: a fresh 6 MB block costs more in page faults than
/// the arithmetic on it.
package enum MemoryPool {
    private struct State: ~Copyable {
        /// Addresses of free blocks by size class, up to 2^48 bytes.
        var free: [[UInt]] = Array(repeating: [], count: 4 * 48)
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

    package static func take(bytes: Int) -> UnsafeMutableRawPointer {
        if bytes <= smallest || bytes > largest { return ck_allocate(Swift.max(bytes, 16)) }
        let (index, size) = sizeClass(bytes)
        let cached = state.withLock { state -> UInt? in
            state.liveBytes += size
            if let block = state.free[index].popLast() {
                state.cachedBytes -= size
                return block
            }
            trim(&state, keeping: Swift.max(alwaysKept, state.liveBytes / 2))
            return nil
        }
        return cached.flatMap(UnsafeMutableRawPointer.init(bitPattern:)) ?? ck_allocate(size)
    }

    package static func give(_ pointer: UnsafeMutableRawPointer, bytes: Int) {
        if bytes <= smallest || bytes > largest { return ck_release(pointer) }
        let (index, size) = sizeClass(bytes)
        let address = UInt(bitPattern: pointer)
        state.withLock { state in
            state.liveBytes -= size
            state.cachedBytes += size
            state.free[index].append(address)
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

    /// Four classes to a power of two, so that at most a quarter of a block is unused.
    private static func sizeClass(_ bytes: Int) -> (index: Int, size: Int) {
        let exponent = Int.bitWidth - 1 - (bytes - 1).leadingZeroBitCount
        let quarter = (1 << exponent) / 4
        let step = (bytes - (1 << exponent) + quarter - 1) / quarter
        return (exponent * 4 + step, (1 << exponent) + step * quarter)
    }

    private static func classSize(_ index: Int) -> Int {
        let base = 1 << (index / 4)
        return base + index % 4 * (base / 4)
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
