import CKernels

// Gather and scatter of single elements.

extension Tensor {
    /// Gathers elements along `axis`: `y[.., j, ..] = x[.., indices[.., j, ..], ..]`.
    ///
    /// The indices have the same rank as this tensor and, except along `axis`, at most its sizes. The result has
    /// the shape of the indices.
    public func gathered(_ indices: Indices, axis: Int) -> Tensor {
        let lanes = Lanes(shape, indices, axis, "gathered")
        return record("gather", inputs: [self], output: lanes.gather(self)) { cotangent, _ in
            [lanes.scatter(cotangent, into: nil)]
        }
    }

    /// Adds the elements of `source` at the given indices along `axis`, in order: `y[.., indices[.., j, ..], ..] +=
    /// source[.., j, ..]`.
    ///
    /// The indices have the same rank as this tensor and, except along `axis`, at most its sizes. The source has at
    /// least the shape of the indices; further elements are ignored.
    public func scatterAdded(_ indices: Indices, _ source: Tensor, axis: Int) -> Tensor {
        let lanes = Lanes(shape, indices, axis, "scatterAdded")
        let whole = source.shape
        require(
            whole.count == rank && zip(indices.shape, whole).allSatisfy(<=),
            "scatterAdded: a source of shape \(whole) for indices of shape \(indices.shape)")
        let used =
            whole == indices.shape ? source : source.detached.slice(indices.shape.map { AxisSlice(stop: $0) })
        let output = lanes.scatter(used, into: self)
        return record("scatter_add", inputs: [self, source], output: output) { cotangent, wanted in
            let picked = wanted[1] ? lanes.gather(cotangent) : nil
            return [cotangent, picked?.placed(in: whole, at: whole.map { _ in 0 }, around: 0)]
        }
    }

    /// Replaces elements with `value` where the mask is nonzero. The mask is broadcast to this tensor's shape and
    /// has no gradient.
    public func maskedFill(_ mask: Tensor, _ value: Real) -> Tensor {
        let mask = mask.detached
        let strides = mask.broadcastStrides(to: shape, "maskedFill")
        return record("masked_fill", inputs: [self], output: filled(mask, strides, value)) { cotangent, _ in
            [cotangent.filled(mask, strides, 0)]
        }
    }

    private func filled(_ mask: Tensor, _ strides: [Int], _ value: Real) -> Tensor {
        Tensor(shape: shape) { y in
            Autograd.withElements(self, mask) { x, mask in
                StridedWalk(shape, from: strides, to: shape.strides).fill(x, mask, value, to: y)
            }
        }
    }
}

/// Returns the one-hot encoding: a new last axis of size `classes` with a one at each index and zeros elsewhere.
public func oneHot(_ indices: Indices, classes: Int) -> Tensor {
    indices.check(below: classes, "oneHot")
    return Tensor(shape: indices.shape + [classes]) { y in
        y.update(repeating: 0, count: indices.count * classes)
        for (row, index) in indices.values.enumerated() { y[row * classes + index] = 1 }
    }
}

/// The lines along an axis of a tensor that indices of the same rank select from.
private struct Lanes: Sendable {
    private let shape: [Int]
    private let indices: Indices
    private let stride: Int
    /// The indices as [outer, size, inner].
    private let view: AxisView
    /// The offsets of the lines in the tensor.
    private let outerAt: [Int]
    private let innerAt: [Int]

    init(_ shape: [Int], _ indices: Indices, _ axis: Int, _ operation: StaticString) {
        let axis = shape.axis(axis, operation)
        require(
            indices.shape.count == shape.count
                && shape.indices.allSatisfy { $0 == axis || indices.shape[$0] <= shape[$0] },
            "\(operation): indices of shape \(indices.shape) for shape \(shape), axis \(axis)")
        indices.check(below: shape[axis], operation)
        let strides = shape.strides
        self.shape = shape
        self.indices = indices
        stride = strides[axis]
        view = AxisView(indices.shape, axis: axis)
        outerAt = Lanes.offsets(indices.shape[..<axis], strides[..<axis])
        innerAt = Lanes.offsets(indices.shape[(axis + 1)...], strides[(axis + 1)...])
    }

    /// Returns the offset of every element of a box, in row-major order.
    private static func offsets(_ sizes: ArraySlice<Int>, _ strides: ArraySlice<Int>) -> [Int] {
        var result = [0]
        for (size, stride) in zip(sizes, strides) {
            result = result.flatMap { base in (0..<size).map { base + $0 * stride } }
        }
        return result
    }

    /// Returns the elements of a tensor at the indices.
    func gather(_ x: Tensor) -> Tensor {
        Tensor(shape: indices.shape) { y in
            guard indices.count > 0 else { return }
            withPointers(x) { x, indices, outerAt, innerAt in
                let rows = view.outer * view.size
                Parallel.elements(rows, grain: Swift.max(1, 32768 / view.inner)) { rows in
                    ck_gather(
                        x, stride, outerAt, innerAt, indices, y, view.size, view.inner, rows.lowerBound,
                        rows.upperBound)
                }
            }
        }
    }

    /// Returns `base`, or zeros, with x added at the indices. Each line belongs to one chunk, so the order is
    /// fixed.
    func scatter(_ x: Tensor, into base: Tensor?) -> Tensor {
        Tensor(shape: shape) { y in
            let n = shape.elementCount
            if let base {
                base.withElements { y.update(from: $0, count: n) }
            } else {
                y.update(repeating: 0, count: n)
            }
            guard indices.count > 0 else { return }
            let line = Swift.max(1, 32768 / view.size)
            let innerAtOnce = Swift.min(view.inner, line)
            let outerAtOnce = Swift.min(view.outer, Swift.max(1, line / view.inner))
            let innerChunks = (view.inner + innerAtOnce - 1) / innerAtOnce
            let outerChunks = (view.outer + outerAtOnce - 1) / outerAtOnce
            withPointers(x) { x, indices, outerAt, innerAt in
                Parallel.chunks(innerChunks * outerChunks) { chunk in
                    let outer = chunk / innerChunks * outerAtOnce
                    let inner = chunk % innerChunks * innerAtOnce
                    ck_scatter_add(
                        x, indices, y, stride, outerAt, innerAt, view.size, view.inner, outer,
                        Swift.min(view.outer, outer + outerAtOnce), inner,
                        Swift.min(view.inner, inner + innerAtOnce))
                }
            }
        }
    }

    private func withPointers(
        _ x: Tensor,
        _ body: (UnsafePointer<Real>, UnsafePointer<Int>, UnsafePointer<Int>, UnsafePointer<Int>) -> Void
    ) {
        x.withElements { body($0, indices.values, outerAt, innerAt) }
    }
}
