import CKernels

// Reductions over one or several axes.
//
// Adjacent axes are merged, so that a tensor is [outer, size, inner] and is reduced over the middle axis. Axes that
// are not adjacent are reduced group by group, starting with the last. Long reductions are split into blocks of a
// fixed size whose results are reduced again, in order.

/// Reduces the first `width` columns of [outer, size, inner] over the middle. The strides are those of outer and
/// size.
typealias ReduceKernel =
    @Sendable @convention(c) (
        UnsafePointer<Real>?, Int, Int, UnsafeMutablePointer<Real>?, Int, Int, Int
    ) -> Void

/// The number of elements that one chunk of a reduction reads.
private let reduceGrain = 32768

/// Groups adjacent axes among `axes` (sorted) and returns the views of `shape` around each group. Axes of size 1
/// join any group.
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

/// A shape viewed as [outer, size, inner] around adjacent axes.
private func view(_ shape: [Int], _ group: Range<Int>) -> (outer: Int, size: Int, inner: Int) {
    (
        shape[..<group.lowerBound].reduce(1, *), shape[group].reduce(1, *),
        shape[group.upperBound...].reduce(1, *)
    )
}

/// Reduces [outer, size, inner] over the middle in parallel. `combining` reduces the results of blocks.
private func reduce(
    _ kernel: ReduceKernel, combining: ReduceKernel, _ x: UnsafePointer<Real>, _ outer: Int, _ size: Int,
    _ inner: Int,
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
    // Blocks are some columns and rows of one slice. Results of blocks that share columns are reduced again.
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
        reduce(combining, combining: combining, partial.pointer, outer, rows, inner, y)
    }
}

extension Tensor {
    /// Reduces over `axes` (resolved), which are kept with size 1. Without history.
    private func reduced(over axes: [Int], _ kernel: ReduceKernel, combining: ReduceKernel? = nil) -> Tensor {
        var result = detached
        for group in groups(shape, axes).reversed() {
            let (outer, size, inner) = view(result.shape, group)
            if size == 1 { continue }
            var shape = result.shape
            for axis in group { shape[axis] = 1 }
            let x = result
            result = Tensor(shape: shape) { y in
                x.withElements { reduce(kernel, combining: combining ?? kernel, $0, outer, size, inner, y) }
            }
        }
        return result
    }

    /// Sums over `axes` (resolved), which are kept with size 1. Without history.
    func summed(over axes: [Int]) -> Tensor { reduced(over: axes, ck_sum) }

    /// Returns the sum over the given axes, by default all. The sum of an empty slice is 0.
    public func sum(axes: [Int]? = nil, keepDims: Bool = false) -> Tensor {
        let over = Reduced(self, axes, keepDims, "sum")
        return record("sum", inputs: [self], output: over.result(summed(over: over.axes))) { g, _ in
            [over.expanded(g)]
        }
    }

    /// Returns the mean over the given axes, by default all. The mean of an empty slice is NaN.
    public func mean(axes: [Int]? = nil, keepDims: Bool = false) -> Tensor {
        let over = Reduced(self, axes, keepDims, "mean")
        let number = Tensor(Real(over.number))
        return record("mean", inputs: [self], output: over.result(summed(over: over.axes) / number)) { g, _ in
            [over.expanded(g / number)]
        }
    }

    /// Returns the variance over the given axes: the sum of squared deviations from the mean divided by their count
    /// minus `ddof`. NaN if this divisor is not positive.
    public func variance(axes: [Int]? = nil, ddof: Int = 0, keepDims: Bool = false) -> Tensor {
        let over = Reduced(self, axes, keepDims, "variance")
        let divisor = over.number > ddof ? Real(over.number - ddof) : .nan
        let mean = summed(over: over.axes) / Real(over.number)
        let deviation = broadcasting("variance", self, mean, ck_subtract)
        let value = deviation.squaresSummed(over: over.axes) / divisor
        return record("variance", inputs: [self], output: over.result(value)) { g, _ in
            [broadcasting("variance", deviation, over.kept(g * (2 / divisor)), ck_multiply)]
        }
    }

    /// Returns the standard deviation. Its gradient is 0 where all elements are equal.
    public func standardDeviation(axes: [Int]? = nil, ddof: Int = 0, keepDims: Bool = false) -> Tensor {
        let variance = variance(axes: axes, ddof: ddof, keepDims: keepDims)
        let deviation = variance.detached.sqrt()
        return record("standard_deviation", inputs: [variance], output: deviation) { g, _ in
            [choose(equal(deviation, 0), Tensor(0), g / (2 * deviation))]
        }
    }

    /// Returns the sum of squares over `axes` (resolved), which are kept with size 1. Without history.
    private func squaresSummed(over axes: [Int]) -> Tensor {
        let first = groups(shape, axes).last { view(shape, $0).size != 1 }
        guard let first else { return broadcasting("square", self, self, ck_multiply) }
        return reduced(over: Array(first), ck_sum_squares, combining: ck_sum).summed(over: axes)
    }

    /// Returns the vector norm over the given axes, by default all. The gradient at 0 is 0.
    public func norm(_ order: NormOrder = .two, axes: [Int]? = nil, keepDims: Bool = false) -> Tensor {
        switch order {
        case .one: return abs().sum(axes: axes, keepDims: keepDims)
        case .two: return length(axes, keepDims)
        case .infinity: return abs().max(axes: axes, keepDims: keepDims)
        }
    }

    private func length(_ axes: [Int]?, _ keepDims: Bool) -> Tensor {
        let over = Reduced(self, axes, keepDims, "norm")
        let x = detached
        let value = squaresSummed(over: over.axes).sqrt()
        return record("norm", inputs: [self], output: over.result(value)) { g, _ in
            let factor = choose(equal(value, 0), 0, over.kept(g) / value)
            return [broadcasting("norm", x, factor, ck_multiply)]
        }
    }

    /// Returns the maximum over the given axes, by default all. NaN propagates. The gradient flows to the first of
    /// equal elements.
    ///
    /// Over several axes that are not adjacent, the first element is determined by the later axes first. Stops the
    /// program for an empty axis.
    public func max(axes: [Int]? = nil, keepDims: Bool = false) -> Tensor {
        recordExtreme("max", axes, keepDims, ck_max, ck_argmax)
    }

    /// Returns the minimum over the given axes, by default all. Otherwise like `max`.
    public func min(axes: [Int]? = nil, keepDims: Bool = false) -> Tensor {
        recordExtreme("min", axes, keepDims, ck_min, ck_argmin)
    }

    private func recordExtreme(
        _ operation: StaticString, _ axes: [Int]?, _ keepDims: Bool, _ kernel: ReduceKernel,
        _ position: @escaping PositionKernel
    ) -> Tensor {
        let over = Reduced(self, axes, keepDims, operation)
        require(
            over.number > 0, "\(operation): no elements along axes \(over.axes) of shape \(shape)")
        var result = self
        let groups = groups(shape, over.axes)
        for group in groups.reversed() {
            let x = result.detached
            let reduced = x.reduced(over: Array(group), kernel)
            result = record(
                operation, inputs: [result],
                output: group == groups[0] ? over.result(reduced) : reduced
            ) { g, _ in
                let (outer, size, inner) = view(x.shape, group)
                return [x.scattered(g, outer, size, inner, position)]
            }
        }
        return result
    }

    /// Returns zeros with each element of `g` placed at the position in its slice of [outer, size, inner] that
    /// `position` returns.
    private func scattered(
        _ g: Tensor, _ outer: Int, _ size: Int, _ inner: Int, _ position: PositionKernel
    ) -> Tensor {
        let slice = size * inner
        return Tensor(shape: shape) { dx in
            Autograd.withElements(self, g) { x, g in
                Parallel.elements(outer, grain: Swift.max(1, reduceGrain / Swift.max(slice, 1))) { range in
                    ck_fill(0, dx + range.lowerBound * slice, range.count * slice)
                    withUnsafeTemporaryAllocation(of: Int.self, capacity: inner) { positions in
                        for o in range {
                            position(x + o * slice, positions.baseAddress, 1, size, inner)
                            for j in 0..<inner { dx[o * slice + positions[j] * inner + j] = g[o * inner + j] }
                        }
                    }
                }
            }
        }
    }

    /// Returns the index of the first maximum along `axis`, or its row-major index without an axis. NaN counts as
    /// the maximum. Stops the program for an empty axis.
    public func argmax(axis: Int? = nil, keepDims: Bool = false) -> Indices {
        positions("argmax", axis, keepDims, ck_argmax)
    }

    /// Returns the index of the first minimum. NaN counts as the minimum. Otherwise like `argmax`.
    public func argmin(axis: Int? = nil, keepDims: Bool = false) -> Indices {
        positions("argmin", axis, keepDims, ck_argmin)
    }

    private func positions(
        _ operation: StaticString, _ axis: Int?, _ keepDims: Bool, _ kernel: PositionKernel
    ) -> Indices {
        let over = Reduced(self, axis.map { [$0] }, keepDims, operation)
        require(
            over.number > 0, "\(operation): no elements along axes \(over.axes) of shape \(shape)")
        let first = over.axes.first ?? 0
        let (outer, size, inner) = view(shape, first..<first + over.axes.count)
        let values = [Int](unsafeUninitializedCapacity: outer * inner) { y, count in
            count = outer * inner
            guard let y = y.baseAddress else { return }
            withElements { x in
                Parallel.elements(outer, grain: Swift.max(1, reduceGrain / Swift.max(size * inner, 1))) {
                    range in
                    let at = range.lowerBound * inner
                    kernel(x + at * size, y + at, range.count, size, inner)
                }
            }
        }
        return Indices(values, shape: over.shape)
    }

    /// Returns the cumulative sum along an axis.
    public func cumulativeSum(axis: Int) -> Tensor {
        let axis = shape.axis(axis, "cumulativeSum")
        return record("cumulative_sum", inputs: [self], output: running(axis, fromTheBack: 0)) { g, _ in
            [g.running(axis, fromTheBack: 1)]
        }
    }

    private func running(_ axis: Int, fromTheBack: Int32) -> Tensor {
        slices(axis) { x, y, outer, size, inner in ck_cumsum(x, y, outer, size, inner, fromTheBack) }
    }

    /// Returns a tensor of the same shape, computed from [outer, size, inner] around `axis` in parallel over the
    /// outer axis.
    func slices(
        _ axis: Int,
        _ body: (UnsafePointer<Real>, UnsafeMutablePointer<Real>, _ outer: Int, _ size: Int, _ inner: Int) ->
            Void
    ) -> Tensor {
        let (outer, size, inner) = view(shape, axis..<axis + 1)
        let slice = size * inner
        return Tensor(shape: shape) { y in
            if slice == 0 { return }
            withElements { x in
                Parallel.elements(outer, grain: Swift.max(1, reduceGrain / slice)) { range in
                    let at = range.lowerBound * slice
                    body(x + at, y + at, range.count, size, inner)
                }
            }
        }
    }
}

/// The kind of a vector norm.
public enum NormOrder: Sendable {
    /// The sum of the absolute values.
    case one
    /// The Euclidean norm.
    case two
    /// The maximum absolute value.
    case infinity
}

/// Finds the position of one element in each slice.
private typealias PositionKernel =
    @Sendable @convention(c) (UnsafePointer<Real>?, UnsafeMutablePointer<Int>?, Int, Int, Int) -> Void

/// The axes of a reduction and the shapes involved.
private struct Reduced {
    /// The nonnegative axes, in ascending order.
    let axes: [Int]
    /// The number of elements per result.
    let number: Int
    /// The shape of the result.
    let shape: [Int]
    private let input: [Int]
    private let keptShape: [Int]

    init(_ x: Tensor, _ axes: [Int]?, _ keepDims: Bool, _ operation: StaticString) {
        input = x.shape
        self.axes = input.axes(axes, operation)
        number = self.axes.reduce(1) { [input] in $0 * input[$1] }
        keptShape = input.reduced(over: self.axes, keepDims: true)
        shape = keepDims ? keptShape : input.reduced(over: self.axes, keepDims: false)
    }

    /// Returns a reduction with kept axes, in the shape of the result.
    func result(_ kept: Tensor) -> Tensor { kept.reshapedElements(shape) }

    /// Returns a tensor of the result's shape with the reduced axes restored with size 1.
    func kept(_ result: Tensor) -> Tensor { result.reshapedElements(keptShape) }

    /// Returns a tensor of the result's shape, broadcast to the shape of the input.
    func expanded(_ result: Tensor) -> Tensor { kept(result).expanded(to: input) }
}
