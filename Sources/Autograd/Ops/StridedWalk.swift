import CKernels

/// A traversal of two arrays of the same shape with separate strides (in elements; negative and 0 are allowed).
/// Shared by permute, slice, flip, pad, broadcast and concatenate.
struct StridedWalk {
    private var sizes: [Int] = []
    private var from: [Int] = []
    private var to: [Int] = []
    private var isEmpty = false

    /// Creates a traversal from the sizes and the strides for reading and writing. Axes of size 1 are dropped, and
    /// adjacent axes that are contiguous in both arrays are merged.
    init(_ sizes: [Int], from: [Int], to: [Int]) {
        self.sizes.reserveCapacity(sizes.count)
        self.from.reserveCapacity(sizes.count)
        self.to.reserveCapacity(sizes.count)
        for (axis, size) in sizes.enumerated() where size != 1 {
            if size == 0 { isEmpty = true }
            let last = self.sizes.count - 1
            if last >= 0, self.from[last] == from[axis] * size, self.to[last] == to[axis] * size {
                self.sizes[last] *= size
                self.from[last] = from[axis]
                self.to[last] = to[axis]
            } else {
                self.sizes.append(size)
                self.from.append(from[axis])
                self.to.append(to[axis])
            }
        }
    }

    /// Copies the elements of `x` to `y`.
    func copy(_ x: UnsafePointer<Real>, to y: UnsafeMutablePointer<Real>) {
        var walk = self
        walk.bringTransposeToTheEnd()
        walk.run { rank, sizes, from, to, planes, rows, x0, y0 in
            ck_copy_strided(
                x + x0, y + y0, rank, sizes, from, to, planes.lowerBound, planes.upperBound, rows.lowerBound,
                rows.upperBound)
        }
    }

    /// Writes `value` where the mask is nonzero and x elsewhere. `from` holds the mask's strides, `to` those of x
    /// and y.
    func fill(
        _ x: UnsafePointer<Real>, _ mask: UnsafePointer<Real>, _ value: Real, to y: UnsafeMutablePointer<Real>
    ) {
        run { rank, sizes, from, to, planes, rows, mask0, y0 in
            ck_masked_fill(
                x + y0, mask + mask0, value, y + y0, rank, sizes, from, to, planes.lowerBound,
                planes.upperBound,
                rows.lowerBound, rows.upperBound)
        }
    }

    /// Moves the axis along which `from` is contiguous next to the last axis, if the last axis is not contiguous.
    private mutating func bringTransposeToTheEnd() {
        let last = sizes.count - 1
        guard last > 1, from[last] != 0, from[last] != 1, to[last] == 1, let axis = from.firstIndex(of: 1)
        else {
            return
        }
        sizes.insert(sizes.remove(at: axis), at: last - 1)
        from.insert(from.remove(at: axis), at: last - 1)
        to.insert(to.remove(at: axis), at: last - 1)
    }

    private typealias Body = (
        _ rank: Int, _ sizes: UnsafePointer<Int>, _ from: UnsafePointer<Int>, _ to: UnsafePointer<Int>,
        _ planes: Range<Int>, _ rows: Range<Int>, _ fromOffset: Int, _ toOffset: Int
    ) -> Void

    /// Splits the traversal into chunks of planes, or of rows of one plane, and calls `body` for each.
    private func run(_ body: Body) {
        guard !isEmpty else { return }
        guard sizes.count > 1 else { return runLine(body) }
        let grain = 32768
        let columns = sizes[sizes.count - 1]
        let rows = sizes[sizes.count - 2]
        let planes = sizes[..<(sizes.count - 2)].reduce(1, *)
        // Whole squares of the transpose.
        let rowsAtOnce = Swift.min(rows, (Swift.max(1, grain / columns) + 15) / 16 * 16)
        let planesAtOnce = Swift.min(planes, rowsAtOnce < rows ? 1 : Swift.max(1, grain / (rows * columns)))
        let rowChunks = (rows + rowsAtOnce - 1) / rowsAtOnce
        let planeChunks = (planes + planesAtOnce - 1) / planesAtOnce
        withPointers { sizes, from, to in
            Parallel.chunks(planeChunks * rowChunks) { chunk in
                let plane = chunk / rowChunks * planesAtOnce
                let row = chunk % rowChunks * rowsAtOnce
                body(
                    self.sizes.count, sizes, from, to, plane..<Swift.min(planes, plane + planesAtOnce),
                    row..<Swift.min(rows, row + rowsAtOnce), 0, 0)
            }
        }
    }

    /// At most one axis: split it into ranges.
    private func runLine(_ body: Body) {
        let (from, to) = (self.from.first ?? 1, self.to.first ?? 1)
        Parallel.elements(sizes.first ?? 1) { range in
            StridedWalk.withPointers([1, range.count], [0, from], [0, to]) {
                body(2, $0, $1, $2, 0..<1, 0..<1, range.lowerBound * from, range.lowerBound * to)
            }
        }
    }

    private func withPointers(_ body: (UnsafePointer<Int>, UnsafePointer<Int>, UnsafePointer<Int>) -> Void) {
        StridedWalk.withPointers(sizes, from, to, body)
    }

    private static func withPointers(
        _ sizes: [Int], _ from: [Int], _ to: [Int],
        _ body: (UnsafePointer<Int>, UnsafePointer<Int>, UnsafePointer<Int>) -> Void
    ) {
        body(sizes, from, to)
    }
}

extension Tensor {
    /// Returns a tensor of the given shape with the elements at `strides` and `offset` of this tensor.
    func strided(_ shape: [Int], _ strides: [Int], offset: Int = 0) -> Tensor {
        Tensor(shape: shape) { y in
            withElements { x in
                StridedWalk(shape, from: strides, to: shape.strides).copy(x + offset, to: y)
            }
        }
    }

    /// Returns a larger tensor that contains these elements as a box and is `value` elsewhere.
    func placed(in shape: [Int], at start: [Int], around value: Real) -> Tensor {
        let strides = shape.strides
        return Tensor(shape: shape) { y in
            var offset = 0
            // The elements before and after the box along each axis, within the box along the leading axes.
            for axis in shape.indices {
                let end = start[axis] + self.shape[axis]
                for slab in [0..<start[axis], end..<shape[axis]] where !slab.isEmpty {
                    let sizes = self.shape[..<axis] + [slab.count] + shape[(axis + 1)...]
                    withUnsafePointer(to: value) { value in
                        StridedWalk(Array(sizes), from: Array(repeating: 0, count: shape.count), to: strides)
                            .copy(value, to: y + offset + slab.lowerBound * strides[axis])
                    }
                }
                offset += start[axis] * strides[axis]
            }
            withElements { x in
                StridedWalk(self.shape, from: self.shape.strides, to: strides).copy(x, to: y + offset)
            }
        }
    }

    /// Returns zeros of the given shape with these elements written at `strides` and `offset`.
    func spread(in shape: [Int], _ strides: [Int], offset: Int) -> Tensor {
        Tensor(shape: shape) { y in
            Parallel.elements(shape.elementCount) { ck_fill(0, y + $0.lowerBound, $0.count) }
            withElements { x in
                StridedWalk(self.shape, from: self.shape.strides, to: strides).copy(x, to: y + offset)
            }
        }
    }
}
