// A shape is an array of sizes; the shape of a scalar is [].

extension [Int] {
    /// The number of elements of a tensor of this shape. Stops the program if a size is negative or the tensor
    /// cannot fit in memory.
    @inline(__always)
    var elementCount: Int {
        var n = 1
        for size in self {
            let (product, isTooLarge) = n.multipliedReportingOverflow(by: size)
            if isTooLarge || product > Int.max / 8 || size < 0 { failAsShape() }
            n = product
        }
        return n
    }

    @inline(never)
    private func failAsShape() -> Never {
        fail("shape \(self) " + (contains { $0 < 0 } ? "has a negative size" : "does not fit in memory"))
    }

    /// Returns a nonnegative axis. Negative axes count from the end (-1 is the last axis).
    func axis(_ axis: Int, _ operation: StaticString) -> Int {
        let resolved = axis < 0 ? axis + count : axis
        require(
            resolved >= 0 && resolved < count,
            "\(operation): axis \(axis) does not exist in shape \(self); allowed: \(-count)...\(count - 1)")
        return resolved
    }

    /// Returns the nonnegative axes in ascending order. nil means all axes.
    func axes(_ axes: [Int]?, _ operation: StaticString) -> [Int] {
        guard let axes else { return Array(indices) }
        let resolved = axes.map { axis($0, operation) }.sorted()
        for i in resolved.indices.dropFirst() where resolved[i] == resolved[i - 1] {
            fail("\(operation): axis \(resolved[i]) is named twice in \(axes)")
        }
        return resolved
    }

    /// Returns this shape with the given nonnegative axes removed, or set to size 1.
    func reduced(over axes: [Int], keepDims: Bool) -> [Int] {
        var result: [Int] = []
        for (i, size) in enumerated() {
            if !axes.contains(i) { result.append(size) } else if keepDims { result.append(1) }
        }
        return result
    }

    /// The row-major strides in elements.
    var strides: [Int] {
        var result = [Int](repeating: 1, count: count)
        for i in Swift.stride(from: count - 2, through: 0, by: -1) { result[i] = result[i + 1] * self[i + 1] }
        return result
    }

    /// Returns the broadcast of two shapes by NumPy's rules, or nil if they are incompatible.
    func broadcast(with other: [Int]) -> [Int]? {
        if self == other { return self }
        let rank = Swift.max(count, other.count)
        var result = [Int](repeating: 1, count: rank)
        for i in 0..<rank {
            let a = i < rank - count ? 1 : self[i - (rank - count)]
            let b = i < rank - other.count ? 1 : other[i - (rank - other.count)]
            guard a == b || a == 1 || b == 1 else { return nil }
            result[i] = a == 1 ? b : a
        }
        return result
    }
}
