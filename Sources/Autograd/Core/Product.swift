import CKernels

/// The right factor of a matrix product, packed into the order in which the kernel reads it.
struct PackedMatrix: Sendable {
    /// The layout of a matrix within a buffer: element (p, j) is at
    /// `offset + p / block * blockStep + p % block * row + j * column`.
    struct Layout: Equatable {
        let rows: Int, columns: Int
        var offset = 0
        let row: Int, column: Int
        /// The number of rows per block and the distance between blocks, if the rows are not equally spaced.
        var block: (rows: Int, step: Int)?

        static func == (a: Layout, b: Layout) -> Bool {
            a.rows == b.rows && a.columns == b.columns && a.offset == b.offset && a.row == b.row
                && a.column == b.column && a.block?.rows == b.block?.rows && a.block?.step == b.block?.step
        }
    }

    private let panels: Tensor
    let rows: Int

    init(_ layout: Layout, _ source: UnsafePointer<Real>) {
        rows = layout.rows
        let panel = Int(CK_PANEL)
        let padded = (layout.columns + panel - 1) / panel * panel
        panels = Tensor(shape: [rows * padded]) { panels in
            let chunks =
                layout.rows * layout.columns < 1 << 14 ? 1 : max(1, layout.columns / Self.columnsPerChunk)
            Parallel.chunks(chunks) { chunk in
                let first = chunk * Self.columnsPerChunk
                ck_pack(
                    source + layout.offset + first * layout.column, layout.row, layout.column, layout.rows,
                    chunk == chunks - 1 ? layout.columns - first : Self.columnsPerChunk,
                    layout.block?.rows ?? Swift.max(layout.rows, 1), layout.block?.step ?? 0,
                    panels + first * layout.rows)
            }
        }
    }

    /// A multiple of the widest panel, 48 columns. The last chunk takes the remaining columns as well, so that the panels
    /// are the same as without chunks.
    private static let columnsPerChunk = 96

    /// Packs a matrix whose element (p, j) is `source[p * row + j * column]`.
    init(rows: Int, columns: Int, _ source: UnsafePointer<Real>, row: Int, column: Int) {
        self.init(Layout(rows: rows, columns: columns, row: row, column: column), source)
    }

    /// Packs a matrix of a tensor's elements. Outside of training, the packed copy is cached with the tensor's
    /// storage.
    init(_ layout: Layout, of tensor: Tensor, isKept: Bool) {
        if isKept, let kept = tensor.storage.packedMatrix(layout) {
            self = kept
            return
        }
        self = tensor.withElements { PackedMatrix(layout, $0) }
        if isKept {
            tensor.storage.keep(self, layout)
            tensor.storage.discardPages()
        }
    }

    /// Returns the rows starting at `first`.
    @inline(__always)
    func withFactor<R>(from first: Int = 0, _ body: (Product.Factor) -> R) -> R {
        panels.withElements { body(.packed($0, rows: rows, first: first)) }
    }
}

/// Matrix products on the calling thread.
enum Product {
    enum Factor {
        /// The rows starting at `first` of a packed matrix with the given number of rows.
        case packed(UnsafePointer<Real>, rows: Int, first: Int)
        /// Rows that are `row` elements apart.
        case plain(UnsafePointer<Real>, row: Int)
    }

    /// The initial value of the sums.
    enum Start {
        case zero
        /// The previous content of the result.
        case result
        /// The same values for every row, such as a bias.
        case bias(UnsafePointer<Real>?)
    }

    /// The distances between several left factors and between their results.
    struct Lines {
        let count: Int, a: Int, c: Int

        static let one = Lines(count: 1, a: 0, c: 0)
    }

    /// Computes c = start + a b, where a is m x k with element (i, p) at a[i * aRow + p * aColumn] and b is k x n.
    /// With several lines, computes one such product per line.
    @inline(__always)
    static func run(
        m: Int, n: Int, k: Int, lines: Lines = .one, _ a: UnsafePointer<Real>, row aRow: Int,
        column aColumn: Int = 1, _ b: Factor, start: Start = .zero, into c: UnsafeMutablePointer<Real>,
        row cRow: Int, relu: Bool = false
    ) {
        var from: UnsafePointer<Real>?
        var (fromRow, fromLine) = (0, 0)
        switch start {
        case .zero: break
        case .result: (from, fromRow, fromLine) = (UnsafePointer(c), cRow, lines.c)
        case .bias(let bias): from = bias
        }
        switch b {
        case .packed(let b, let rows, let first):
            ck_product(
                lines.count, m, n, k, a, lines.a, aRow, aColumn, b, rows, first, 1, from, fromLine, fromRow,
                c, lines.c, cRow, relu ? 1 : 0)
        case .plain(let b, let row):
            ck_product(
                lines.count, m, n, k, a, lines.a, aRow, aColumn, b, row, 0, 0, from, fromLine, fromRow, c,
                lines.c, cRow, relu ? 1 : 0)
        }
    }

    /// The number of rows per chunk, in whole tiles: about 2 million multiplications, or an eighth of the rows for
    /// small products, but enough to justify a second thread. With a right factor too large for the fast caches, it
    /// is at least a sixteenth of the rows, up to 96, because each chunk reads that factor from the shared cache again.
    static func rowsPerChunk(_ rows: Int, perRow multiplications: Int) -> Int {
        let wished = Swift.min(Swift.max(rows * multiplications / 8, 300_000), 2_000_000)
        let least = multiplications > 100_000 ? Swift.min(rows / 16, 96) : 0
        return Swift.max(16, (Swift.max(wished / Swift.max(multiplications, 1), least) + 7) / 8 * 8)
    }

    /// Calls `body` for each such chunk, on several threads.
    @inline(__always)
    static func chunks(
        of rows: Int, perRow multiplications: Int, _ body: (_ first: Int, _ count: Int) -> Void
    ) {
        let chunk = rowsPerChunk(rows, perRow: multiplications)
        Parallel.chunks((rows + chunk - 1) / chunk) {
            body($0 * chunk, Swift.min(chunk, rows - $0 * chunk))
        }
    }
}
