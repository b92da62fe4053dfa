import Autograd

/// A quadtree over positions for the Barnes-Hut approximation of the repulsion.
///
/// Positions are sorted along a space-filling curve, so that each cell is a range of them. Cells are stored in
/// depth-first order, each with the index of the cell after its descendants: a traversal needs no stack.
struct QuadTree {
    private struct Cell {
        var x = 0.0
        var y = 0.0
        var count = 0.0
        /// The squared width divided by the squared angle: the least squared distance at which the cell is one mass.
        var reach = 0.0
        var first: Int32
        var end: Int32
        var next: Int32 = 0
        var isLeaf = false
    }

    /// Cells with so many positions or fewer are not divided.
    private static let leafSize = 6
    private static let depth = 31

    private var cells: [Cell] = []
    private var codes: [UInt64] = []
    /// The row of each sorted position.
    private var rows: [Int32] = []
    private var xs: [Double] = []
    private var ys: [Double] = []

    /// Builds the tree of positions: all x, then all y.
    init(_ positions: [Double], angle: Double) {
        let count = positions.count / 2
        let (lowX, highX) = Self.range(positions[0..<count])
        let (lowY, highY) = Self.range(positions[count...])
        let width = max(highX - lowX, highY - lowY)
        let scale = width > 0 && width.isFinite ? Double(1 << Self.depth) * (1 - 1e-9) / width : 0
        var keys = (0..<count).map { row in
            let x = Self.grid((positions[row] - lowX) * scale)
            let y = Self.grid((positions[count + row] - lowY) * scale)
            return (code: Self.spread(x) | Self.spread(y) << 1, row: Int32(truncatingIfNeeded: row))
        }
        keys.sort { $0.code != $1.code ? $0.code < $1.code : $0.row < $1.row }
        codes = keys.map(\.code)
        rows = keys.map(\.row)
        xs = rows.map { positions[Int($0)] }
        ys = rows.map { positions[count + Int($0)] }
        cells.reserveCapacity(count)
        // An angle of 0 never accepts a cell as one mass.
        let reach = angle > 0 ? width * width / (angle * angle) : .infinity
        if count > 0 { build(0, count, depth: Self.depth, reach: reach) }
    }

    private static func range(_ values: ArraySlice<Double>) -> (Double, Double) {
        values.reduce((.infinity, -.infinity)) { (min($0.0, $1), max($0.1, $1)) }
    }

    /// The grid line of a coordinate; 0 if the optimization diverged.
    private static func grid(_ value: Double) -> UInt64 {
        value >= 0 && value < Double(1 << depth) ? UInt64(value) : 0
    }

    /// Moves the lower 32 bits of a number to its even bits.
    private static func spread(_ value: UInt64) -> UInt64 {
        var x = value
        x = (x | x << 16) & 0x0000_FFFF_0000_FFFF
        x = (x | x << 8) & 0x00FF_00FF_00FF_00FF
        x = (x | x << 4) & 0x0F0F_0F0F_0F0F_0F0F
        x = (x | x << 2) & 0x3333_3333_3333_3333
        return (x | x << 1) & 0x5555_5555_5555_5555
    }

    private mutating func build(_ first: Int, _ end: Int, depth: Int, reach: Double) {
        let index = cells.count
        var cell = Cell(first: Int32(truncatingIfNeeded: first), end: Int32(truncatingIfNeeded: end))
        for at in first..<end {
            cell.x += xs[at]
            cell.y += ys[at]
        }
        cell.count = Double(end - first)
        cell.x /= cell.count
        cell.y /= cell.count
        cell.reach = reach
        // Positions that the codes do not distinguish are one mass at any distance.
        if depth == 0 { cell.reach = -1 }
        cell.isLeaf = end - first <= Self.leafSize || depth == 0
        cells.append(cell)
        if !cell.isLeaf {
            let shift = UInt64(2 * (depth - 1))
            var start = first
            for quadrant in UInt64(0)..<4 {
                var stop = start
                while stop < end, (codes[stop] >> shift) & 3 == quadrant { stop += 1 }
                if stop > start { build(start, stop, depth: depth - 1, reach: reach / 4) }
                start = stop
            }
        }
        cells[index].next = Int32(truncatingIfNeeded: cells.count)
    }

    /// Writes the repulsion on each row (all x, then all y) and the sum of its similarities.
    func repel(_ forces: UnsafeMutablePointer<Double>, _ sums: UnsafeMutablePointer<Double>) {
        let count = rows.count
        cells.withUnsafeBufferPointer { cells in
            xs.withUnsafeBufferPointer { xs in
                ys.withUnsafeBufferPointer { ys in
                    Parallel.elements(count, grain: 64) { range in
                        for at in range {
                            let force = Self.force(on: at, cells, xs, ys)
                            let row = Int(rows[at])
                            (forces[row], forces[count + row], sums[row]) = (force.x, force.y, force.z)
                        }
                    }
                }
            }
        }
    }

    /// The force on a position (x and y), and the sum of its similarities (z).
    private static func force(
        on at: Int, _ cells: UnsafeBufferPointer<Cell>, _ xs: UnsafeBufferPointer<Double>,
        _ ys: UnsafeBufferPointer<Double>
    ) -> SIMD3<Double> {
        let (x, y) = (xs[at], ys[at])
        // The position itself has similarity 1 and no force.
        var (fx, fy, sum) = (0.0, 0.0, -1.0)
        var index = 0
        while index < cells.count {
            let cell = cells[index]
            let (dx, dy) = (x - cell.x, y - cell.y)
            let squared = dx * dx + dy * dy
            let isInside = at >= Int(cell.first) && at < Int(cell.end)
            if squared > cell.reach, !isInside || cell.reach < 0 {
                let q = 1 / (1 + squared)
                sum += cell.count * q
                fx += cell.count * q * q * dx
                fy += cell.count * q * q * dy
                index = Int(cell.next)
            } else if cell.isLeaf {
                for other in Int(cell.first)..<Int(cell.end) {
                    let (dx, dy) = (x - xs[other], y - ys[other])
                    let q = 1 / (1 + dx * dx + dy * dy)
                    sum += q
                    fx += q * q * dx
                    fy += q * q * dy
                }
                index = Int(cell.next)
            } else {
                index += 1
            }
        }
        return SIMD3(fx, fy, sum)
    }
}
