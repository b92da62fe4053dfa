import CKernels

// Selection of whole rows by index. A row that is selected several times gets the sum of its gradients, added in
// the order of the indices.

/// Looks up rows of an embedding table [rows, ...]. The result has the shape of the indices followed by that of a
/// row.
public func embedding(_ table: Tensor, _ indices: Indices) -> Tensor {
    require(table.rank > 0, "embedding: expected a table with at least one axis, found shape []")
    indices.check(below: table.shape[0], "embedding")
    let shape = table.shape
    let output = take(table, indices, 0, indices.shape + shape[1...])
    return record("embedding", inputs: [table], output: output) { cotangent, _ in
        [takeGradient(cotangent, indices, 0, shape)]
    }
}

extension Tensor {
    /// Selects positions along an axis by indices [n], in order; repetitions are allowed.
    public func indexSelected(_ indices: Indices, axis: Int) -> Tensor {
        let axis = shape.axis(axis, "indexSelected")
        require(
            indices.shape.count == 1,
            "indexSelected: indices of shape \(indices.shape) for shape \(shape); expected one axis")
        indices.check(below: shape[axis], "indexSelected")
        let shape = self.shape
        let output = take(self, indices, axis, shape[..<axis] + indices.shape + shape[(axis + 1)...])
        return record("index_select", inputs: [self], output: output) { cotangent, _ in
            [takeGradient(cotangent, indices, axis, shape)]
        }
    }
}

private let grain = 32768

private func take(_ x: Tensor, _ indices: Indices, _ axis: Int, _ shape: some Sequence<Int>) -> Tensor {
    let view = AxisView(x.shape, axis: axis)
    let count = indices.count
    return Tensor(shape: Array(shape)) { y in
        guard view.inner > 0 else { return }
        x.withElements { x in
            indices.values.withUnsafeBufferPointer { indices in
                Parallel.elements(view.outer * count, grain: Swift.max(1, grain / view.inner)) { rows in
                    ck_take(
                        x, indices.baseAddress, y, view.size, count, view.inner, rows.lowerBound,
                        rows.upperBound)
                }
            }
        }
    }
}

private func takeGradient(_ cotangent: Tensor, _ indices: Indices, _ axis: Int, _ shape: [Int]) -> Tensor {
    let view = AxisView(shape, axis: axis)
    let count = indices.count
    let (starts, order) = grouped(indices.values, below: view.size)
    return Tensor(shape: shape) { dx in
        guard view.inner > 0 else { return }
        cotangent.withElements { g in
            starts.withUnsafeBufferPointer { starts in
                order.withUnsafeBufferPointer { order in
                    Parallel.elements(view.outer * view.size, grain: Swift.max(1, grain / view.inner)) {
                        rows in
                        ck_take_gradient(
                            g, starts.baseAddress, order.baseAddress, dx, view.size, count, view.inner,
                            rows.lowerBound, rows.upperBound)
                    }
                }
            }
        }
    }
}

/// The positions of each value in ascending order: those of value v are `order[starts[v]..<starts[v + 1]]`.
private func grouped(_ values: [Int], below size: Int) -> (starts: [Int], order: [Int]) {
    var starts = [Int](repeating: 0, count: size + 1)
    var order = [Int](repeating: 0, count: values.count)
    var next = starts
    starts.withUnsafeMutableBufferPointer { starts in
        for value in values { starts[value + 1] += 1 }
        for value in 0..<size { starts[value + 1] += starts[value] }
        next.withUnsafeMutableBufferPointer { next in
            for value in 0..<size { next[value] = starts[value] }
            order.withUnsafeMutableBufferPointer { order in
                for (place, value) in values.enumerated() {
                    order[next[value]] = place
                    next[value] += 1
                }
            }
        }
    }
    return (starts, order)
}
