import CKernels

// Reductions over one or several axes.
//
// Neighbouring axes are taken as one, so that a tensor is [outer, size, inner] and reduced over the middle; axes that
// do not touch are reduced group by group, the last first. Long reductions are cut into pieces of a fixed size whose
// results are reduced again, in order.

/// Reduces the first `width` columns of [outer, size, inner] over the middle; the strides are those of outer and size.
typealias ReduceKernel =
    @Sendable @convention(c) (
        UnsafePointer<Real>?, Int, Int, UnsafeMutablePointer<Real>?, Int, Int, Int
    ) -> Void

/// Elements that one chunk of a reduction reads.
private let reduceGrain = 32768

/// The groups of neighbouring axes among `axes` (sorted), as views of `shape` around them. Axes of size 1 join any
/// group.
private func groups(_ shape: [Int], _ axes: [Int]) -> [Range<Int>] {
    var result: [Range<Int>] = []
    for axis in axes {
        if let last = result.last, shape[last.upperBound..<axis].allSatisfy({ $0 == 1 }) {
            result[result.count - 1] = last.lowerBound..<axis + 1
        } else {
            result.append(axis..<axis + 1)
        }
    }
    return result
}

/// A shape seen as [outer, size, inner] around neighbouring axes.
private func view(_ shape: [Int], _ group: Range<Int>) -> (outer: Int, size: Int, inner: Int) {
    (
        shape[..<group.lowerBound].reduce(1, *), shape[group].reduce(1, *),
        shape[group.upperBound...].reduce(1, *)
    )
}

/// Reduces [outer, size, inner] over the middle, in parallel.
private func reduce(
    _ kernel: ReduceKernel, _ x: UnsafePointer<Real>, _ outer: Int, _ size: Int, _ inner: Int,
    _ y: UnsafeMutablePointer<Real>
) {
    let slice = size * inner
    if outer * inner == 0 { return }
    if outer * slice <= reduceGrain { return kernel(x, slice, inner, y, outer, size, inner) }
    if slice <= reduceGrain {
        return Parallel.elements(outer, grain: reduceGrain / slice) { range in
            let at = range.lowerBound
            kernel(x + at * slice, slice, inner, y + at * inner, range.count, size, inner)
        }
    }
    // Pieces of some columns and rows of one slice; results of pieces that share columns are reduced again.
    let width = Swift.min(inner, 4096)
    let columns = (inner + width - 1) / width
    let height = Swift.max(reduceGrain / width, 1)
    let rows = (size + height - 1) / height
    func pieces(_ target: UnsafeMutablePointer<Real>) {
        Parallel.chunks(outer * rows * columns) { chunk in
            let from = chunk % columns * width
            let row = chunk / columns % rows
            let o = chunk / columns / rows
            kernel(
                x + o * slice + row * height * inner + from, slice, inner,
                target + (o * rows + row) * inner + from,
                1, Swift.min(height, size - row * height), Swift.min(width, inner - from))
        }
    }
    if rows == 1 { return pieces(y) }
    let partial = Storage(count: outer * rows * inner)
    withExtendedLifetime(partial) {
        pieces(partial.pointer)
        reduce(kernel, partial.pointer, outer, rows, inner, y)
    }
}

extension Tensor {
    /// Reduced over `axes` (resolved), which are kept with size 1. Without history.
    private func reduced(over axes: [Int], _ kernel: ReduceKernel) -> Tensor {
        var result = detached
        for group in groups(shape, axes).reversed() {
            let (outer, size, inner) = view(result.shape, group)
            if size == 1 { continue }
            var shape = result.shape
            for axis in group { shape[axis] = 1 }
            let x = result
            result = Tensor(shape: shape) { y in
                x.withElements { reduce(kernel, $0, outer, size, inner, y) }
            }
        }
        return result
    }

    /// The sum over `axes` (resolved), which are kept with size 1. Without history.
    func summed(over axes: [Int]) -> Tensor { reduced(over: axes, ck_sum) }

    /// The sum over the given axes, or all. The sum of nothing is 0.
    public func sum(axes: [Int]? = nil, keepDims: Bool = false) -> Tensor {
        let axes = shape.axes(axes, "sum")
        let kept = shape.reduced(over: axes, keepDims: true)
        let shape = self.shape
        let result = summed(over: axes).reshapedElements(shape.reduced(over: axes, keepDims: keepDims))
        return record("sum", inputs: [self], output: result) { g, _ in
            [g.reshapedElements(kept).expanded(to: shape)]
        }
    }

    /// The mean over the given axes, or all. The mean of nothing is NaN.
    public func mean(axes: [Int]? = nil, keepDims: Bool = false) -> Tensor {
        let axes = shape.axes(axes, "mean")
        let kept = shape.reduced(over: axes, keepDims: true)
        let shape = self.shape
        let number = Tensor(Real(axes.reduce(1) { $0 * shape[$1] }))
        let result = (summed(over: axes) / number).reshapedElements(
            shape.reduced(over: axes, keepDims: keepDims))
        return record("mean", inputs: [self], output: result) { g, _ in
            [(g.reshapedElements(kept) / number).expanded(to: shape)]
        }
    }
}
