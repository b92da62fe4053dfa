import Autograd
import CKernels

/// The sums over all rows of the products of columns, `Σ wᵣ (xᵣ - x̄)ᵀ (xᵣ - x̄)`, computed without a copy of the table.
struct ColumnProducts {
    /// The products of all pairs of columns, [columns, columns].
    private(set) var gram: Matrix
    /// The products with the columns of another table, [other columns, columns].
    private(set) var cross: Matrix

    /// `center` is subtracted from the rows of `x`, `otherCenter` from those of `other`.
    init(
        _ x: Matrix, center: [Double]? = nil, with other: Matrix? = nil, otherCenter: [Double]? = nil,
        weights: [Double]? = nil
    ) {
        let source = CenteredColumns(
            x: x, center: center, other: other, otherCenter: otherCenter,
            roots: weights?.map { $0.squareRoot() })
        let (n, width) = (x.columns, source.width)
        // The division depends on the size of the table alone, so that the sums do not depend on the threads. A span has at least
        // as many rows as there are columns, so that the sums do not outgrow the table.
        let spans = max(1, min(ColumnProducts.mostSpans, x.rows / max(ColumnProducts.leastRowsPerSpan, n)))
        let strips = (n + ColumnProducts.columnsPerStrip - 1) / ColumnProducts.columnsPerStrip
        var sums = [Double](repeating: 0, count: spans * n * width)
        sums.withUnsafeMutableBufferPointer { sums in
            guard let sums = sums.baseAddress, n > 0 else { return }
            Parallel.chunks(spans * strips) { unit in
                let (span, strip) = (unit / strips, unit % strips * ColumnProducts.columnsPerStrip)
                source.addProducts(
                    rows: x.rows * span / spans..<x.rows * (span + 1) / spans,
                    columns: strip..<min(n, strip + ColumnProducts.columnsPerStrip),
                    to: sums + span * n * width)
            }
            for span in 1..<max(1, spans) { addScaled(1, sums + span * n * width, to: sums, n * width) }
        }
        gram = Matrix(rows: n, columns: n)
        cross = Matrix(rows: width - n, columns: n)
        for i in 0..<n {
            for j in i..<n {
                gram[i, j] = sums[i * width + j]
                gram[j, i] = sums[i * width + j]
            }
            for j in n..<width { cross[j - n, i] = sums[i * width + j] }
        }
    }

    private static let mostSpans = 16
    private static let leastRowsPerSpan = 4096
    private static let columnsPerStrip = 96
}

/// The columns of one or two tables, minus a center, times the square roots of the weights of their rows.
private struct CenteredColumns: Sendable {
    let x: Matrix
    let center: [Double]?
    let other: Matrix?
    let otherCenter: [Double]?
    let roots: [Double]?

    /// The number of columns of both tables.
    var width: Int { x.columns + (other?.columns ?? 0) }

    private static let rowsPerBlock = 256

    /// Adds the products of some columns of `x` with themselves and all later ones to a matrix of `width` columns.
    func addProducts(rows: Range<Int>, columns: Range<Int>, to sums: UnsafeMutablePointer<Double>) {
        let first = columns.lowerBound
        let size = width - first
        let panel = Int(CK_PANEL)
        let depth = CenteredColumns.rowsPerBlock
        withUnsafeTemporaryAllocation(
            of: Double.self, capacity: depth * (size + (size + panel - 1) / panel * panel)
        ) {
            let block = $0.baseAddress!
            let packed = block + depth * size
            for start in stride(from: rows.lowerBound, to: rows.upperBound, by: depth) {
                let count = min(depth, rows.upperBound - start)
                for row in start..<start + count { copy(row, from: first, to: block + (row - start) * size) }
                ck_pack(block, size, 1, count, size, count, 0, packed)
                let out = sums + first * width + first
                ck_product(
                    1, columns.count, size, count, block, 0, 1, size, packed, count, 0, 1, out, 0, width, out,
                    0,
                    width, 0)
            }
        }
    }

    /// Copies a row, beginning with some column of `x`.
    private func copy(_ row: Int, from first: Int, to out: UnsafeMutablePointer<Double>) {
        func copyPart(
            _ table: Matrix, _ center: [Double]?, from first: Int, to out: UnsafeMutablePointer<Double>
        ) {
            table.values.withUnsafeBufferPointer { values in
                let values = values.baseAddress! + row * table.columns
                let scale = roots?[row] ?? 1
                guard let center else {
                    for column in first..<table.columns { out[column - first] = values[column] * scale }
                    return
                }
                center.withUnsafeBufferPointer { center in
                    for column in first..<table.columns {
                        out[column - first] = (values[column] - center[column]) * scale
                    }
                }
            }
        }
        copyPart(x, center, from: first, to: out)
        if let other { copyPart(other, otherCenter, from: 0, to: out + x.columns - first) }
    }
}
