/// A cache of kernel rows that replaces the least recently used one.
struct RowCache: ~Copyable {
    private let values: UnsafeMutablePointer<Float>
    private let stride: Int
    private let capacity: Int
    private var slotOfRow: [Int]
    private var rowOfSlot: [Int]
    private var lastUse: [Int]
    private var clock = 0
    private var used = 0

    /// Creates a cache for as many rows as fit into a number of bytes, but at least two.
    init(rows: Int, stride: Int, bytes: Double) {
        let fitting = min(bytes / (4 * Double(stride)), Double(rows))
        capacity = max(2, Int(fitting))
        self.stride = stride
        values = .allocate(capacity: capacity * stride)
        slotOfRow = Array(repeating: -1, count: rows)
        rowOfSlot = Array(repeating: -1, count: capacity)
        lastUse = Array(repeating: 0, count: capacity)
    }

    deinit { values.deallocate() }

    /// Returns a row, which stays valid until two others have been asked for.
    @inline(__always)
    mutating func row(
        _ row: Int, _ fill: (UnsafeMutablePointer<Float>) -> Void
    ) -> UnsafePointer<Float> {
        clock += 1
        let known = slotOfRow[row]
        if known >= 0 {
            lastUse[known] = clock
            return UnsafePointer(values + known * stride)
        }
        var slot = used
        if used < capacity {
            used += 1
        } else {
            slot = 0
            for other in 1..<capacity where lastUse[other] < lastUse[slot] { slot = other }
            slotOfRow[rowOfSlot[slot]] = -1
        }
        (slotOfRow[row], rowOfSlot[slot], lastUse[slot]) = (slot, row, clock)
        fill(values + slot * stride)
        return UnsafePointer(values + slot * stride)
    }

    /// Removes columns from all rows: column i becomes the former column `kept[i]`; `kept` is ascending.
    mutating func keepColumns(_ kept: [Int], padding: Int) {
        for slot in 0..<used {
            let row = values + slot * stride
            for (target, source) in kept.enumerated() { row[target] = row[source] }
            for target in kept.count..<padding { row[target] = 0 }
        }
    }

    /// Removes all rows.
    mutating func removeAll() {
        for slot in 0..<used { slotOfRow[rowOfSlot[slot]] = -1 }
        used = 0
    }
}
