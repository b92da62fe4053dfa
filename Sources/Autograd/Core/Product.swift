import CKernels

/// The right factor of a product, copied into the order in which the kernel reads it.
struct PackedMatrix: Sendable {
    private let panels: Tensor
    let rows: Int, columns: Int

    /// Element (p, j) comes from `source[p * row + j * column]`.
    init(
        rows: Int, columns: Int, _ source: UnsafePointer<Real>, row: Int, column: Int
    ) {
        self.rows = rows
        self.columns = columns
        let panel = Int(CK_PANEL)
        let padded = (columns + panel - 1) / panel * panel
        panels = Tensor(shape: [rows * padded]) { ck_pack(source, row, column, rows, columns, $0) }
    }

    @inline(__always)
    func withFactor<R>(_ body: (Product.Factor) -> R) -> R {
        panels.withElements { body(.packed($0)) }
    }
}

/// Products of matrices on the calling thread.
enum Product {
    enum Factor {
        case packed(UnsafePointer<Real>)
        /// Rows `row` elements apart.
        case plain(UnsafePointer<Real>, row: Int)
    }

    /// What the sums start from.
    enum Start {
        case zero
        /// What the result holds already.
        case result
        /// The same numbers for every row.
        case bias(UnsafePointer<Real>?)
    }

    /// c = start + a b, where a is m x k with element (i, p) at a[i * aRow + p * aColumn] and b is k x n.
    @inline(__always)
    static func run(
        m: Int, n: Int, k: Int, _ a: UnsafePointer<Real>, row aRow: Int, column aColumn: Int = 1, _ b: Factor,
        start: Start = .zero, into c: UnsafeMutablePointer<Real>, row cRow: Int, relu: Bool = false
    ) {
        var from: UnsafePointer<Real>?
        var fromRow = 0
        switch start {
        case .zero: break
        case .result:
            from = UnsafePointer(c)
            fromRow = cRow
        case .bias(let bias): from = bias
        }
        switch b {
        case .packed(let b):
            ck_product(m, n, k, a, aRow, aColumn, b, 0, 1, from, fromRow, c, cRow, relu ? 1 : 0)
        case .plain(let b, let row):
            ck_product(m, n, k, a, aRow, aColumn, b, row, 0, from, fromRow, c, cRow, relu ? 1 : 0)
        }
    }

    /// How many rows of a product make one chunk of work: about 4 million multiplications, whole tiles.
    static func rowsPerChunk(perRow multiplications: Int) -> Int {
        let wished = 4_000_000 / Swift.max(multiplications, 1)
        return Swift.max(16, (wished + 7) / 8 * 8)
    }
}
