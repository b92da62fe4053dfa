import CKernels

// Tensors from values.

extension Tensor {
    /// Creates a tensor from values in row-major order. Without a shape, the tensor has one axis.
    public init(_ values: [Real], shape: [Int]? = nil) {
        let shape = shape ?? [values.count]
        Tensor.check(shape, "Tensor")
        require(
            shape.elementCount == values.count,
            "Tensor: \(values.count) values do not fill shape \(shape)")
        self.init(shape: shape) { y in
            values.withUnsafeBufferPointer { source in
                if let base = source.baseAddress { y.update(from: base, count: source.count) }
            }
        }
    }

    /// Creates a matrix from rows of equal length.
    public init(_ rows: [[Real]]) {
        let columns = rows.first?.count ?? 0
        for (i, row) in rows.enumerated() {
            require(
                row.count == columns,
                "Tensor: row \(i) has \(row.count) values, and row 0 has \(columns)")
        }
        self.init(rows.flatMap { $0 }, shape: [rows.count, columns])
    }

    /// Creates a scalar, a tensor of shape [].
    public init(_ value: Real) {
        self.init(shape: []) { $0[0] = value }
    }

    /// Returns a tensor of zeros.
    public static func zeros(_ shape: [Int]) -> Tensor { full(shape, 0) }

    /// Returns a tensor of zeros that takes no physical memory, if it is large, until it is modified. Initial weights that a file
    /// replaces then cost no time.
    package static func unbackedZeros(_ shape: [Int]) -> Tensor {
        check(shape, "zeros")
        let count = shape.elementCount
        let bytes = count * MemoryLayout<Real>.stride
        guard bytes >= 1 << 20, let mapping = FileBytes.zeros(count: bytes) else { return .zeros(shape) }
        let storage = mapping.withBytes(0..<bytes) { bytes in
            Storage(
                borrowing: bytes.baseAddress!.assumingMemoryBound(to: Real.self), count: count, owner: mapping
            )
        }
        return Tensor(shape: shape, storage: storage)
    }

    /// Returns a tensor of ones.
    public static func ones(_ shape: [Int]) -> Tensor { full(shape, 1) }

    /// Returns a tensor filled with one value.
    public static func full(_ shape: [Int], _ value: Real) -> Tensor {
        check(shape, "full")
        return Tensor(shape: shape) { y in
            Parallel.elements(shape.elementCount) { range in
                ck_fill(value, y + range.lowerBound, range.count)
            }
        }
    }

    /// Returns the values start, start + step, ... up to `stop`, which is excluded.
    public static func arange(_ start: Real, _ stop: Real, _ step: Real = 1) -> Tensor {
        let steps = (Double(stop) - Double(start)) / Double(step)
        require(
            step != 0 && Swift.abs(steps) < 0x1p60,
            "arange: steps of \(step) from \(start) never reach \(stop)")
        let count = Swift.max(0, Int(steps.rounded(.up)))
        return Tensor(shape: [count]) { y in
            for i in 0..<count { y[i] = Real(Double(start) + Double(i) * Double(step)) }
        }
    }

    /// Returns the values 0, 1, ..., stop - 1.
    public static func arange(_ stop: Real) -> Tensor { arange(0, stop) }

    /// Returns a matrix with ones on the diagonal and zeros elsewhere. The matrix is square unless `columns` is
    /// given.
    public static func eye(_ rows: Int, _ columns: Int? = nil) -> Tensor {
        let columns = columns ?? rows
        check([rows, columns], "eye")
        return Tensor(shape: [rows, columns]) { y in
            ck_fill(0, y, rows * columns)
            for i in 0..<Swift.min(rows, columns) { y[i * columns + i] = 1 }
        }
    }

    fileprivate static func check(_ shape: [Int], _ operation: StaticString) {
        require(shape.allSatisfy { $0 >= 0 }, "\(operation): shape \(shape) has a negative size")
    }
}

// MARK: - Random numbers

// Element i of a tensor depends only on i and on the generator's state. Chunks read their range of one reserved
// sequence of blocks, so results are bit-identical for any number of threads.

extension Tensor {
    /// Returns values that are uniformly distributed in low..<high.
    public static func uniform(
        _ shape: [Int], _ low: Real = 0, _ high: Real = 1, using generator: RandomGenerator
    ) -> Tensor {
        require(
            low <= high && (high - low).isFinite,
            "uniform: from \(low) to \(high); expected finite bounds in ascending order, with a finite difference"
        )
        return random("uniform", shape, perBlock: unitsPerBlock, generator) { key, counter, y, n in
            ck_random_uniform(key, counter, low, high, y, n)
        }
    }

    /// Returns normally distributed values.
    public static func normal(
        _ shape: [Int], mean: Real = 0, deviation: Real = 1, using generator: RandomGenerator
    ) -> Tensor {
        require(deviation >= 0, "normal: the deviation \(deviation) is negative")
        return random("normal", shape, perBlock: unitsPerBlock, generator) { key, counter, y, n in
            ck_random_normal(key, counter, mean, deviation, y, n)
        }
    }

    /// Returns values from a normal distribution truncated to `limit` standard deviations around the mean.
    public static func truncatedNormal(
        _ shape: [Int], mean: Real = 0, deviation: Real = 1, limit: Real = 2, using generator: RandomGenerator
    ) -> Tensor {
        require(deviation >= 0, "truncatedNormal: the deviation \(deviation) is negative")
        require(limit > 0 && limit <= 6, "truncatedNormal: the limit \(limit) is outside 0...6")
        return random("truncatedNormal", shape, perBlock: 2, generator) { key, counter, y, n in
            ck_random_truncated_normal(key, counter, mean, deviation, limit, y, n)
        }
    }

    /// Returns a tensor of ones with the given probability and zeros otherwise.
    public static func bernoulli(
        _ shape: [Int], probability: Real, using generator: RandomGenerator
    ) -> Tensor {
        require(
            probability >= 0 && probability <= 1, "bernoulli: the probability \(probability) is outside 0...1"
        )
        return random("bernoulli", shape, perBlock: unitsPerBlock, generator) { key, counter, y, n in
            ck_random_bernoulli(key, counter, Double(probability), y, n)
        }
    }

    /// The number of uniform values in [0, 1) per block of random bits.
    private static var unitsPerBlock: Int { 16 / MemoryLayout<Real>.size }

    private static func random(
        _ operation: StaticString, _ shape: [Int], perBlock: Int, _ generator: RandomGenerator,
        _ fill: (_ key: UInt64, _ counter: UInt64, UnsafeMutablePointer<Real>, _ n: Int) -> Void
    ) -> Tensor {
        check(shape, operation)
        let n = shape.elementCount
        let start = generator.reserve((n + perBlock - 1) / perBlock)
        return Tensor(shape: shape) { y in
            Parallel.elements(n, grain: 8192) { range in
                let counter = start.counter &+ UInt64(range.lowerBound / perBlock)
                fill(start.key, counter, y + range.lowerBound, range.count)
            }
        }
    }
}
