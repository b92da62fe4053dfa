import CKernels

/// Training rows in single precision, as the right factor of products.
///
/// The squared distance of a query a and a row b is |a|^2 + |b|^2 - 2ab; the first term is left out. Rows and queries are
/// centered and scaled, so that their squares are neither too large nor less precise than necessary.
struct RoundedRows: Sendable {
    /// The number of rows whose distances are computed at once, so that they stay in the cache.
    static let block = 512

    private let features: Int
    private let center: [Double]
    private let scale: Double
    /// Blocks of rows, in the order in which the kernel reads them.
    private let packed: [[Float]]
    private let norms: [Float]
    /// The terms to which the products are added: |b|^2, or 0 for cosines, minus the bound of the rounding error.
    private let starts: [Float]
    /// The bound of the rounding error of a distance is this times |a|^2 + |b|^2.
    private let precision: Double

    /// Rounds rows; for cosines, they have length 1.
    init(_ rows: Matrix, isCosine: Bool) {
        features = rows.columns
        precision = 5e-7 * Double(rows.columns + 8)
        let (count, columns, panel) = (rows.rows, rows.columns, Int(CK_PANEL))
        var (center, scale) = (Array(repeating: 0.0, count: columns), 1.0)
        if !isCosine {
            let share = 1 / Double(count)
            rows.values.withUnsafeBufferPointer { values in
                center.withUnsafeMutableBufferPointer { center in
                    for row in 0..<count {
                        for i in 0..<columns { center[i] += values[row * columns + i] * share }
                    }
                    var largest = 0.0
                    for row in 0..<count {
                        for i in 0..<columns {
                            largest = max(largest, abs(values[row * columns + i] - center[i]))
                        }
                    }
                    if largest > 0, (1 / largest).isFinite { scale = 1 / largest }
                }
            }
        }
        (self.center, self.scale) = (center, scale)
        var rounded = [Float](repeating: 0, count: rows.values.count)
        norms = rounded.withUnsafeMutableBufferPointer { [center, scale] out in
            rows.values.withUnsafeBufferPointer { values in
                guard let values = values.baseAddress, let out = out.baseAddress else { return [] }
                return Self.round(values, count, center, scale, 1, into: out).map { Float($0) }
            }
        }
        packed = stride(from: 0, to: count, by: Self.block).map { first in
            let width = min(Self.block, count - first)
            let capacity = columns * ((width + panel - 1) / panel * panel)
            return [Float](unsafeUninitializedCapacity: capacity) { buffer, size in
                rounded.withUnsafeBufferPointer {
                    if let from = $0.baseAddress, let to = buffer.baseAddress {
                        ck_pack(
                            from + first * columns, 1, columns, columns, width, max(columns, 1), 0, to)
                    }
                }
                size = capacity
            }
        }
        let share = Float((isCosine ? 0 : 1) - precision)
        starts = norms.map { $0 * share }
    }

    /// Rounds queries, multiplied by -2, and returns their squared lengths.
    func round(_ queries: UnsafePointer<Double>, _ count: Int, into out: UnsafeMutablePointer<Float>)
        -> [Double]
    {
        Self.round(queries, count, center, scale, -2, into: out)
    }

    private static func round(
        _ rows: UnsafePointer<Double>, _ count: Int, _ center: [Double], _ scale: Double, _ factor: Double,
        into out: UnsafeMutablePointer<Float>
    ) -> [Double] {
        let features = center.count
        return center.withUnsafeBufferPointer { center in
            (0..<count).map { row in
                var length = 0.0
                for i in 0..<features {
                    let value = (rows[row * features + i] - center[i]) * scale
                    length += value * value
                    out[row * features + i] = Float(value * factor)
                }
                return length
            }
        }
    }

    /// Computes lower bounds of the distances of rounded queries from some rows; `first` begins a block, and
    /// `width` is its size.
    func distances(
        _ queries: UnsafePointer<Float>, _ count: Int, _ first: Int, _ width: Int,
        into out: UnsafeMutablePointer<Float>
    ) {
        packed[first / Self.block].withUnsafeBufferPointer { packed in
            starts.withUnsafeBufferPointer { starts in
                guard let packed = packed.baseAddress, let starts = starts.baseAddress else { return }
                ck_product(
                    1, count, width, features, queries, 0, features, 1, packed, features, 0, 1,
                    starts + first, 0, 0, out, 0, width, 0)
            }
        }
    }

    /// The largest difference between the distance from a query and its lower bound. The constant is for products that are too
    /// small for a `Float`.
    @inline(__always)
    func error(_ row: Int, _ length: Double) -> Float {
        Float(2 * precision * (length + Double(norms[row]) + 1e-30))
    }
}
