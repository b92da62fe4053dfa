/// Sorts 64-bit keys by their upper 32 bits. Keys with equal upper halves keep their order.
struct KeySort: ~Copyable {
    private let histogram = UnsafeMutablePointer<UInt32>.allocate(capacity: 1 << KeySort.maxBits)
    private static let maxBits = 11

    deinit { histogram.deallocate() }

    /// Sorts `keys`, whose upper halves are in `low...high`. Returns the pointer to the sorted keys, which is either
    /// `keys` or `buffer`.
    @inline(__always)
    func sort(
        _ keys: UnsafeMutablePointer<UInt64>, _ buffer: UnsafeMutablePointer<UInt64>, count: Int, low: UInt32,
        high: UInt32
    ) -> UnsafeMutablePointer<UInt64> {
        if count <= 24 {
            insertionSort(keys, count)
            return keys
        }
        return radixSort(keys, buffer, count, low, high)
    }

    @inline(__always)
    private func insertionSort(_ keys: UnsafeMutablePointer<UInt64>, _ count: Int) {
        var i = 1
        while i < count {
            let key = keys[i]
            var j = i
            while j > 0 && keys[j - 1] >> 32 > key >> 32 {
                keys[j] = keys[j - 1]
                j -= 1
            }
            keys[j] = key
            i += 1
        }
    }

    private func radixSort(
        _ keys: UnsafeMutablePointer<UInt64>, _ buffer: UnsafeMutablePointer<UInt64>, _ count: Int,
        _ low: UInt32, _ high: UInt32
    ) -> UnsafeMutablePointer<UInt64> {
        let bits = 32 - (high - low).leadingZeroBitCount
        guard bits > 0 else { return keys }
        // One pass costs about 3 units for each key and 1 for each bin.
        var passes = (bits + KeySort.maxBits - 1) / KeySort.maxBits
        func cost(_ passes: Int) -> Int { passes * (3 * count + 1 << ((bits + passes - 1) / passes)) }
        while passes < bits && cost(passes + 1) < cost(passes) { passes += 1 }
        let width = (bits + passes - 1) / passes
        let bins = 1 << width
        let mask = UInt32(bins - 1)
        var (from, to) = (keys, buffer)
        for pass in 0..<passes {
            let shift = UInt32(pass * width)
            histogram.update(repeating: 0, count: bins)
            for i in 0..<count {
                histogram[Int(((UInt32(truncatingIfNeeded: from[i] >> 32) &- low) &>> shift) & mask)] &+= 1
            }
            var start: UInt32 = 0
            for bin in 0..<bins {
                let size = histogram[bin]
                histogram[bin] = start
                start &+= size
            }
            for i in 0..<count {
                let key = from[i]
                let bin = Int(((UInt32(truncatingIfNeeded: key >> 32) &- low) &>> shift) & mask)
                to[Int(histogram[bin])] = key
                histogram[bin] &+= 1
            }
            (from, to) = (to, from)
        }
        return from
    }
}
