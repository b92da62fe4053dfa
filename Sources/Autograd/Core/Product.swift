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

    /// Computes the same in chunks, on several threads, and applies a norm with fixed statistics to the result.
    static func runInChunks(
        m: Int, n: Int, k: Int, _ a: UnsafePointer<Real>, row aRow: Int, column aColumn: Int = 1, _ b: Factor,
        start: Start = .zero, into c: UnsafeMutablePointer<Real>, row cRow: Int, relu: Bool = false,
        norm: FixedNorm? = nil
    ) {
        var isPacked = true
        if case .plain = b { isPacked = false }
        let grid = grid(m: m, n: n, k: k, column: aColumn, isPacked: isPacked)
        Parallel.chunks(grid.count) { index in
            let chunk = grid[index]
            run(
                chunk, k: k, a, row: aRow, column: aColumn, b, start: start, into: c, row: cRow, relu: relu)
            if grid.across == 1 { norm?.apply(to: c + chunk.row * cRow, rows: chunk.rows) }
        }
        guard let norm, grid.across > 1 else { return }
        Parallel.elements(m, grain: Swift.max(1, 32768 / n)) {
            norm.apply(to: c + $0.lowerBound * cRow, rows: $0.count)
        }
    }

    /// The chunks of `runInChunks`, where `column` is the distance between the columns of the left factor.
    static func grid(m: Int, n: Int, k: Int, column: Int, isPacked: Bool) -> Grid {
        Grid(
            rows: m, columns: n, depth: k,
            copiesPanels: !isPacked && column == 1 && copiesPanels(rows: m, columns: n))
    }

    /// Whether the kernel copies the panels of a right factor that is not packed. With this number of rows, that is at least as
    /// fast as packing it beforehand, and no thread waits until all of it is packed.
    static func copiesPanels(rows: Int, columns: Int) -> Bool { (48...240).contains(rows) && columns >= 192 }

    /// Computes one chunk of a product.
    @inline(__always)
    static func run(
        _ chunk: Grid.Chunk, k: Int, _ a: UnsafePointer<Real>, row aRow: Int, column aColumn: Int = 1,
        _ b: Factor,
        start: Start = .zero, into c: UnsafeMutablePointer<Real>, row cRow: Int, relu: Bool = false
    ) {
        run(
            m: chunk.rows, n: chunk.columns, k: k, a + chunk.row * aRow, row: aRow, column: aColumn,
            b.from(column: chunk.column), start: start.from(column: chunk.column),
            into: c + chunk.row * cRow + chunk.column, row: cRow, relu: relu)
    }
}

extension Product.Factor {
    /// The columns starting at a multiple of the widest panel.
    @inline(__always)
    fileprivate func from(column: Int) -> Self {
        switch self {
        case .packed(let b, let rows, let first): .packed(b + column * rows, rows: rows, first: first)
        case .plain(let b, let row): .plain(b + column, row: row)
        }
    }
}

extension Product.Start {
    @inline(__always)
    fileprivate func from(column: Int) -> Self {
        if case .bias(let bias?) = self { .bias(bias + column) } else { self }
    }
}

extension Product {
    /// The chunks of a product. Elements of the result do not depend on them.
    struct Grid {
        /// Some rows and columns of the result.
        struct Chunk { let row: Int, rows: Int, column: Int, columns: Int }

        private let rows: Int, columns: Int, height: Int, width: Int
        /// The number of chunks next to each other.
        let across: Int
        let count: Int

        /// If the right factor fits into the fast caches, a chunk has whole rows: about 2 million multiplications, or an
        /// eighth of the rows for small products, but enough to justify a second thread. If it does not, each chunk also
        /// has only some of the columns, so that the part of the right factor that it reads stays in these caches. If the
        /// kernel copies the panels of the right factor, a chunk has all rows, so that each panel is copied once.
        init(rows: Int, columns: Int, depth: Int, copiesPanels: Bool = false) {
            (self.rows, self.columns) = (rows, columns)
            let perRow = columns * depth
            if copiesPanels {
                height = rows
                width = columns < 768 ? 96 : 192
                across = Swift.max(1, columns / width)
            } else if perRow <= 100_000 {
                let wished = Swift.min(Swift.max(rows * perRow / 8, 300_000), 2_000_000)
                height = Swift.max(16, (wished / Swift.max(perRow, 1) + 7) / 8 * 8)
                (width, across) = (columns, 1)
            } else {
                let down = Swift.max(1, (rows + 95) / 96)
                height = Swift.max(8, ((rows + down - 1) / down + 7) / 8 * 8)
                // Multiples of the widest panel. The last chunk takes the remaining columns as well.
                width = down * (columns / 192) < 8 ? 96 : 192
                across = Swift.max(1, columns / width)
            }
            count = across * ((rows + height - 1) / height)
        }

        subscript(index: Int) -> Chunk {
            let (down, right) = (index / across, index % across)
            let (row, column) = (down * height, right * width)
            return Chunk(
                row: row, rows: Swift.min(height, rows - row), column: column,
                columns: right == across - 1 ? columns - column : width)
        }
    }
}
