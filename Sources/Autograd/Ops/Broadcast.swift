import CKernels

// Broadcasting by NumPy's rules: shapes are aligned at the last axis, and an axis that is missing or of size 1 is
// repeated.

/// y = f(a, b) over rows; see kernels-elementwise.inc.
typealias BinaryKernel =
    @Sendable @convention(c) (
        UnsafePointer<Real>?, Int, Int, UnsafePointer<Real>?, Int, Int, UnsafeMutablePointer<Real>?, Int, Int,
        Int32
    ) -> Void

/// y = f(a, b, c) over rows.
typealias TernaryKernel =
    @Sendable @convention(c) (
        UnsafePointer<Real>?, Int, Int, UnsafePointer<Real>?, Int, Int, UnsafePointer<Real>?, Int, Int,
        UnsafeMutablePointer<Real>?, Int, Int
    ) -> Void

/// The number of elements per chunk of an elementwise loop.
let elementwiseGrain = 32768

/// The traversal of up to three operands with an output shape: rows of `run` elements along which each operand
/// advances by 0 or 1, `height` of them at a fixed stride, and an odometer over the leading axes.
struct BroadcastWalk {
    struct Operand {
        var outer: [Int]
        var row: Int
        var step: Int
    }

    private let outer: [Int]
    private let height: Int
    private let run: Int
    let operands: [Operand]

    /// `shapes` must broadcast to `shape`.
    init(_ shapes: [[Int]], to shape: [Int]) {
        var sizes: [Int] = []
        var strides: [[Int]] = Array(repeating: [], count: shapes.count)
        let steps = shapes.map { BroadcastWalk.steps($0, rank: shape.count) }
        for axis in shape.indices where shape[axis] != 1 {
            // Adjacent axes that every operand traverses with a single stride are merged.
            let merges =
                !sizes.isEmpty
                && shapes.indices.allSatisfy { strides[$0][sizes.count - 1] == steps[$0][axis] * shape[axis] }
            if merges {
                sizes[sizes.count - 1] *= shape[axis]
                for i in shapes.indices { strides[i][sizes.count - 1] = steps[i][axis] }
            } else {
                sizes.append(shape[axis])
                for i in shapes.indices { strides[i].append(steps[i][axis]) }
            }
        }
        while sizes.count < 2 {
            sizes.insert(1, at: 0)
            for i in shapes.indices { strides[i].insert(0, at: 0) }
        }
        outer = Array(sizes.dropLast(2))
        height = sizes[sizes.count - 2]
        run = sizes[sizes.count - 1]
        operands = strides.map {
            Operand(outer: Array($0.dropLast(2)), row: $0[$0.count - 2], step: $0[$0.count - 1])
        }
    }

    /// Returns the strides of a shape along the axes of an output of `rank` axes; 0 for repeated axes.
    private static func steps(_ shape: [Int], rank: Int) -> [Int] {
        var result = [Int](repeating: 0, count: rank)
        var stride = 1
        for axis in shape.indices.reversed() {
            if shape[axis] != 1 { result[rank - shape.count + axis] = stride }
            stride *= shape[axis]
        }
        return result
    }

    /// Calls `body` in parallel with the first element of the operands and of the output, the number of rows and
    /// their length.
    @inline(__always)
    func rows(_ body: (_ at: (Int, Int, Int), _ out: Int, _ rows: Int, _ count: Int) -> Void) {
        let total = outer.reduce(height, *)
        if total == 0 || run == 0 { return }
        if run > elementwiseGrain {
            let pieces = (run + elementwiseGrain - 1) / elementwiseGrain
            Parallel.chunks(total * pieces) { chunk in
                let row = chunk / pieces
                let from = chunk % pieces * elementwiseGrain
                let start = offsets(row: row)
                let at = (
                    start.0 + from * step(0), start.1 + from * step(1), start.2 + from * step(2)
                )
                body(at, row * run + from, 1, Swift.min(elementwiseGrain, run - from))
            }
        } else {
            Parallel.elements(total, grain: Swift.max(1, elementwiseGrain / run)) { range in
                var row = range.lowerBound
                while row < range.upperBound {
                    let here = Swift.min(height - row % height, range.upperBound - row)
                    body(offsets(row: row), row * run, here, run)
                    row += here
                }
            }
        }
    }

    private func step(_ operand: Int) -> Int { operand < operands.count ? operands[operand].step : 0 }

    private func offsets(row: Int) -> (Int, Int, Int) {
        (offset(0, row), offset(1, row), offset(2, row))
    }

    private func offset(_ index: Int, _ row: Int) -> Int {
        guard index < operands.count else { return 0 }
        let operand = operands[index]
        var result = row % height * operand.row
        var rest = row / height
        for axis in outer.indices.reversed() {
            result += rest % outer[axis] * operand.outer[axis]
            rest /= outer[axis]
        }
        return result
    }
}

/// Returns the shape that two operands of `operation` broadcast to.
@inline(__always)
func broadcastShape(_ a: [Int], _ b: [Int], _ operation: StaticString) -> [Int] {
    if a == b { return a }
    guard let shape = a.broadcast(with: b) else {
        fail("\(operation): shapes \(a) and \(b) cannot be broadcast together")
    }
    return shape
}

/// Returns y = f(a, b) with broadcasting, without history.
func broadcasting(_ operation: StaticString, _ a: Tensor, _ b: Tensor, _ kernel: BinaryKernel) -> Tensor {
    let shape = broadcastShape(a.shape, b.shape, operation)
    let stream = isBeyondCaches(shape.elementCount / 2)
    return Tensor(shape: shape) { y in
        withElements(a, b) { a_, b_ in broadcasting(kernel, a, a_, b, b_, shape, y, stream: stream) }
    }
}

/// The loop of `broadcasting`. The output may share memory with an operand of the output's shape, unless it is
/// streamed.
func broadcasting(
    _ kernel: BinaryKernel, _ a: Tensor, _ pa: UnsafePointer<Real>, _ b: Tensor, _ pb: UnsafePointer<Real>,
    _ shape: [Int], _ y: UnsafeMutablePointer<Real>, stream: Bool = false
) {
    let n = shape.elementCount
    if a.count == n && b.count == n || a.count == 1 || b.count == 1 {
        let sa = a.count == n ? 1 : 0
        let sb = b.count == n ? 1 : 0
        return Parallel.elements(n, grain: elementwiseGrain) { range in
            let at = range.lowerBound
            kernel(pa + at * sa, 0, sa, pb + at * sb, 0, sb, y + at, 1, range.count, stream ? 1 : 0)
        }
    }
    let walk = BroadcastWalk([a.shape, b.shape], to: shape)
    let (wa, wb) = (walk.operands[0], walk.operands[1])
    walk.rows { at, out, rows, count in
        // In other rows, too much is written beside the nontemporal stores of whole cache lines.
        let streamed: Int32 = stream && (count % 64 == 0 || count >= 1000) ? 1 : 0
        kernel(pa + at.0, wa.row, wa.step, pb + at.1, wb.row, wb.step, y + out, rows, count, streamed)
    }
}

/// Returns y = f(a, b, c) with broadcasting, without history.
func broadcasting(
    _ operation: StaticString, _ a: Tensor, _ b: Tensor, _ c: Tensor, _ kernel: TernaryKernel
) -> Tensor {
    let shape = broadcastShape(broadcastShape(a.shape, b.shape, operation), c.shape, operation)
    return Tensor(shape: shape) { y in
        withElements(a, b, c) { pa, pb, pc in
            let n = shape.elementCount
            if a.count == n && b.count == n && c.count == n {
                return Parallel.elements(n, grain: elementwiseGrain) { range in
                    let at = range.lowerBound
                    kernel(pa + at, 0, 1, pb + at, 0, 1, pc + at, 0, 1, y + at, 1, range.count)
                }
            }
            let walk = BroadcastWalk([a.shape, b.shape, c.shape], to: shape)
            let (wa, wb, wc) = (walk.operands[0], walk.operands[1], walk.operands[2])
            walk.rows { at, out, rows, count in
                kernel(
                    pa + at.0, wa.row, wa.step, pb + at.1, wb.row, wb.step, pc + at.2, wc.row, wc.step,
                    y + out, rows, count)
            }
        }
    }
}

extension Tensor {
    /// Returns the elements broadcast to `shape`, without history. This shape must broadcast to `shape`.
    func expanded(to shape: [Int]) -> Tensor {
        if shape == self.shape { return detached }
        return Tensor(shape: shape) { y in
            withElements { x in
                let walk = BroadcastWalk([self.shape], to: shape)
                let operand = walk.operands[0]
                walk.rows { at, out, rows, count in
                    ck_expand(x + at.0, operand.row, operand.step, y + out, rows, count)
                }
            }
        }
    }

    /// Returns the same elements with another shape of the same size, without history.
    func reshapedElements(_ shape: [Int]) -> Tensor { Tensor(shape: shape, storage: storage) }

    /// Sums over the axes along which `shape` was broadcast to this tensor's shape: converts the gradient of a
    /// broadcast operand to the operand's shape.
    package func sum(to shape: [Int]) -> Tensor {
        if shape == self.shape { return self }
        require(
            shape.broadcast(with: self.shape) == self.shape,
            "sum(to:): shape \(shape) does not broadcast to \(self.shape)")
        let missing = rank - shape.count
        let axes = (0..<rank).filter { $0 < missing || shape[$0 - missing] != self.shape[$0] }
        let own = self.shape
        let result = summed(over: axes).reshapedElements(shape)
        return record("sum_to", inputs: [self], output: result) { cotangent, _ in
            [cotangent.expanded(to: own)]
        }
    }
}
