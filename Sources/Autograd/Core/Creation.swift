import CKernels

// Tensors from numbers.

extension Tensor {
    /// Numbers in row-major order, by default along one axis. Their count must fill the shape.
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

    /// Rows of equal length as a matrix.
    public init(_ rows: [[Real]]) {
        let columns = rows.first?.count ?? 0
        for (i, row) in rows.enumerated() {
            require(
                row.count == columns,
                "Tensor: row \(i) has \(row.count) values, and row 0 has \(columns)")
        }
        self.init(rows.flatMap { $0 }, shape: [rows.count, columns])
    }

    /// A scalar, of shape [].
    public init(_ value: Real) {
        self.init(shape: []) { $0[0] = value }
    }

    /// Zeros.
    public static func zeros(_ shape: [Int]) -> Tensor { full(shape, 0) }

    /// Ones.
    public static func ones(_ shape: [Int]) -> Tensor { full(shape, 1) }

    /// One number everywhere.
    public static func full(_ shape: [Int], _ value: Real) -> Tensor {
        check(shape, "full")
        return Tensor(shape: shape) { y in
            Parallel.elements(shape.elementCount) { range in
                ck_fill(value, y + range.lowerBound, range.count)
            }
        }
    }

    /// The numbers start, start + step, ... below `stop` (above it for a negative step).
    public static func arange(_ start: Real, _ stop: Real, _ step: Real = 1) -> Tensor {
        let steps = (Double(stop) - Double(start)) / Double(step)
        require(
            step != 0 && Swift.abs(steps) < 0x1p60,
            "arange: no finite sequence goes from \(start) to \(stop) by \(step)")
        let count = Swift.max(0, Int(steps.rounded(.up)))
        return Tensor(shape: [count]) { y in
            for i in 0..<count { y[i] = Real(Double(start) + Double(i) * Double(step)) }
        }
    }

    /// The numbers 0, 1, ... below `stop`.
    public static func arange(_ stop: Real) -> Tensor { arange(0, stop) }

    /// Ones on the diagonal of a matrix of `rows` rows and as many columns, or `columns`, and zeros elsewhere.
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

// Number i of a tensor depends on i and on the generator's place in its sequence only: chunks take their part of one
// reserved run of blocks, so the bits are the same on any number of threads.

extension Tensor {
    /// Numbers equally likely anywhere in low..<high.
    public static func uniform(
        _ shape: [Int], _ low: Real = 0, _ high: Real = 1, using generator: RandomGenerator
    ) -> Tensor {
        require(
            low <= high && (high - low).isFinite,
            "uniform: from \(low) to \(high); expected finite numbers in rising order, not further apart than the largest"
        )
        return random("uniform", shape, perBlock: unitsPerBlock, generator) { key, counter, y, n in
            ck_random_uniform(key, counter, low, high, y, n)
        }
    }

    /// Normally distributed numbers.
    public static func normal(
        _ shape: [Int], mean: Real = 0, deviation: Real = 1, using generator: RandomGenerator
    ) -> Tensor {
        require(deviation >= 0, "normal: the deviation \(deviation) is negative")
        return random("normal", shape, perBlock: unitsPerBlock, generator) { key, counter, y, n in
            ck_random_normal(key, counter, mean, deviation, y, n)
        }
    }

    /// Normally distributed numbers within `limit` deviations of the mean: those outside do not occur, as if they had
    /// been drawn again.
    public static func truncatedNormal(
        _ shape: [Int], mean: Real = 0, deviation: Real = 1, limit: Real = 2, using generator: RandomGenerator
    ) -> Tensor {
        require(deviation >= 0, "truncatedNormal: the deviation \(deviation) is negative")
        require(limit > 0 && limit <= 6, "truncatedNormal: the limit \(limit) is outside 0...6")
        return random("truncatedNormal", shape, perBlock: 2, generator) { key, counter, y, n in
            ck_random_truncated_normal(key, counter, mean, deviation, limit, y, n)
        }
    }

    /// 1 with the given probability, else 0.
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

    /// How many numbers in [0, 1) a block of random bits gives.
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
