/// Concatenates tensors along an axis. Their sizes along the other axes must match.
public func concatenate(_ tensors: [Tensor], axis: Int = 0) -> Tensor {
    guard let first = tensors.first else { fail("concatenate: no tensors") }
    let axis = first.shape.axis(axis, "concatenate")
    for (i, tensor) in tensors.enumerated() {
        var same = tensor.shape
        if same.count == first.rank { same[axis] = first.shape[axis] }
        require(
            same == first.shape,
            "concatenate: shapes \(first.shape) and \(tensor.shape) (tensor \(i)) differ outside axis \(axis)"
        )
    }
    let sizes = tensors.map { $0.shape[axis] }
    var shape = first.shape
    shape[axis] = sizes.reduce(0, +)
    let output = join(tensors, sizes, shape, axis)
    return record("concatenate", inputs: tensors, output: output) { cotangent, wanted in
        cotangent.parts(sizes, axis) { wanted[$0] }
    }
}

/// Stacks tensors of the same shape along a new axis.
public func stack(_ tensors: [Tensor], axis: Int = 0) -> Tensor {
    guard let first = tensors.first else { fail("stack: no tensors") }
    for (i, tensor) in tensors.enumerated() {
        require(
            tensor.shape == first.shape,
            "stack: shapes \(first.shape) and \(tensor.shape) (tensor \(i)) differ")
    }
    let single = first.shape
    let resolved = axis < 0 ? axis + single.count + 1 : axis
    require(
        resolved >= 0 && resolved <= single.count,
        "stack: axis \(axis) cannot be inserted into shape \(single); allowed: \(-single.count - 1)...\(single.count)"
    )
    let sizes = tensors.map { _ in 1 }
    var shape = single
    shape.insert(tensors.count, at: resolved)
    let output = join(tensors, sizes, shape, resolved)
    return record("stack", inputs: tensors, output: output) { cotangent, wanted in
        cotangent.parts(sizes, resolved) { wanted[$0] }
            .map { $0.map { Tensor(shape: single, storage: $0.storage) } }
    }
}

extension Tensor {
    /// Splits an axis into pieces of the given sizes, which must add up to the size of the axis.
    public func split(sizes: [Int], axis: Int = 0) -> [Tensor] {
        let axis = shape.axis(axis, "split")
        require(
            sizes.allSatisfy { (0...shape[axis]).contains($0) } && sizes.reduce(0, +) == shape[axis],
            "split: sizes \(sizes) do not add up to axis \(axis) of shape \(shape)")
        let whole = shape
        let outputs = parts(sizes, axis) { _ in true }.compactMap { $0 }
        return record("split", inputs: [self], outputs: outputs) { cotangents, _ in
            [join(cotangents, sizes, whole, axis)]
        }
    }

    /// Splits an axis into pieces of equal size.
    public func split(into pieces: Int, axis: Int = 0) -> [Tensor] {
        let axis = shape.axis(axis, "split")
        require(
            pieces > 0 && shape[axis] % pieces == 0,
            "split: axis \(axis) of shape \(shape) cannot be split into \(pieces) equal pieces")
        return split(sizes: Array(repeating: shape[axis] / pieces, count: pieces), axis: axis)
    }

    /// Returns the `wanted` pieces along an axis, without history.
    fileprivate func parts(_ sizes: [Int], _ axis: Int, wanted: (Int) -> Bool) -> [Tensor?] {
        let strides = shape.strides
        var offset = 0
        return sizes.enumerated().map { i, size in
            defer { offset += size * strides[axis] }
            var part = shape
            part[axis] = size
            return wanted(i) ? strided(part, strides, offset: offset) : nil
        }
    }
}

/// Joins the pieces into one tensor of the given shape; nil stands for zeros.
private func join(_ pieces: [Tensor?], _ sizes: [Int], _ shape: [Int], _ axis: Int) -> Tensor {
    Tensor(shape: shape) { y in
        let view = AxisView(shape, axis: axis)
        let row = view.size * view.inner
        var offset = 0
        for (piece, size) in zip(pieces, sizes) {
            let length = size * view.inner
            if let piece {
                piece.withElements { x in
                    StridedWalk([view.outer, length], from: [length, 1], to: [row, 1]).copy(x, to: y + offset)
                }
            } else {
                withUnsafePointer(to: Real(0)) { zero in
                    StridedWalk([view.outer, length], from: [0, 0], to: [row, 1]).copy(zero, to: y + offset)
                }
            }
            offset += length
        }
    }
}
