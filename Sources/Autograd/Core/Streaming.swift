import CKernels

/// Returns whether a result of this size should bypass the caches (nontemporal stores). The caches could not hold
/// it until it is read, and a regular store would first read the memory that it overwrites.
func isBeyondCaches(_ count: Int) -> Bool { count * MemoryLayout<Real>.stride >= 4 << 20 }

/// Results that bypass the caches.
enum Streaming {
    /// The number of elements of the buffer from which nontemporal stores are made; it stays in the L1 cache.
    private static let part = 2048

    /// Calls `compute` with the first row and column of a part of `rows` x `count` elements, where to write it, and
    /// its number of rows and columns. With `stream`, the parts are written to a buffer and copied with nontemporal
    /// stores.
    @inline(__always)
    static func rows(
        _ rows: Int, _ count: Int, to y: UnsafeMutablePointer<Real>, _ stream: Bool,
        _ compute: (
            _ row: Int, _ column: Int, _ to: UnsafeMutablePointer<Real>, _ rows: Int, _ count: Int
        ) -> Void
    ) {
        guard stream else { return compute(0, 0, y, rows, count) }
        let height = Swift.max(1, part / Swift.max(count, 1))
        withUnsafeTemporaryAllocation(byteCount: part * MemoryLayout<Real>.stride, alignment: 64) { buffer in
            guard let buffer = buffer.assumingMemoryBound(to: Real.self).baseAddress else { return }
            for row in stride(from: 0, to: rows, by: height) {
                for column in stride(from: 0, to: count, by: part) {
                    let (r, c) = (Swift.min(height, rows - row), Swift.min(part, count - column))
                    compute(row, column, buffer, r, c)
                    ck_stream(buffer, y + row * count + column, r * c)
                }
            }
        }
        ck_stream_end()
    }
}
