import Foundation

/// A range of addresses whose parts are taken at the lowest address where they fit, and joined with their free neighbors when they
/// are given back. Little memory stays unused between them.
package struct MemoryRegion {
    /// The longest part to take.
    package static let largest = 1 << 20

    private let start: UInt
    private let size: Int
    /// The free parts in the order of their addresses.
    private var free: [(start: UInt, size: Int)]

    /// Creates a region without memory.
    init() { (start, size, free) = (0, 0, []) }

    /// Reserves addresses; without success, the region has no memory.
    package init(size: Int) {
        self.init()
        #if os(Linux)
            let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        #else
            let flags = MAP_PRIVATE | MAP_ANON
        #endif
        guard let memory = mmap(nil, size, PROT_READ | PROT_WRITE, flags, -1, 0), memory != MAP_FAILED else {
            return
        }
        self = MemoryRegion(start: UInt(bitPattern: memory), size: size)
    }

    private init(start: UInt, size: Int) { (self.start, self.size, free) = (start, size, [(start, size)]) }

    var isEmpty: Bool { size == 0 }

    /// Returns the bytes that a part of this many bytes occupies. Multiples of a page leave fewer gaps between parts.
    private static func occupied(_ bytes: Int) -> Int { (bytes + 4095) & ~4095 }

    /// Returns the address of an unused part; nil if there is none.
    package mutating func take(_ bytes: Int) -> UInt? {
        let size = Self.occupied(bytes)
        guard bytes <= Self.largest, let index = free.firstIndex(where: { $0.size >= size }) else {
            return nil
        }
        let address = free[index].start
        if free[index].size == size {
            free.remove(at: index)
        } else {
            free[index] = (address + UInt(size), free[index].size - size)
        }
        return address
    }

    /// Gives a part back. Returns whether it belongs to the region.
    package mutating func give(_ address: UInt, _ bytes: Int) -> Bool {
        guard address >= start, address < start + UInt(size) else { return false }
        let size = Self.occupied(bytes)
        let end = address + UInt(size)
        var (low, high) = (0, free.count)
        while low < high {
            let middle = (low + high) / 2
            if free[middle].start < address { low = middle + 1 } else { high = middle }
        }
        let joinsNext = low < free.count && free[low].start == end
        if low > 0, free[low - 1].start + UInt(free[low - 1].size) == address {
            free[low - 1].size += size
            if joinsNext { free[low - 1].size += free.remove(at: low).size }
        } else if joinsNext {
            free[low] = (address, free[low].size + size)
        } else {
            free.insert((address, size), at: low)
        }
        return true
    }

    /// Returns the physical memory of the free parts to the system.
    package func releaseUnused() {
        let page = UInt(getpagesize())
        for part in free {
            let first = (part.start + page - 1) / page * page
            let end = (part.start + UInt(part.size)) / page * page
            guard first < end, let address = UnsafeMutableRawPointer(bitPattern: first) else { continue }
            _ = madvise(address, Int(end - first), MADV_DONTNEED)
        }
    }

    /// The bytes of the free parts.
    package var freeBytes: Int { free.reduce(0) { $0 + $1.size } }

    /// The number of free parts, for tests.
    package var parts: Int { free.count }
}
