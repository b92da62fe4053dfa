extension Tensor {
    /// Permutes the axes: axis `i` of the result is axis `order[i]` of this tensor.
    public func permuted(_ order: [Int]) -> Tensor {
        let resolved = order.map { shape.axis($0, "permuted") }
        var inverse = [Int](repeating: -1, count: rank)
        for (to, from) in resolved.enumerated() { inverse[from] = to }
        require(
            order.count == rank && !inverse.contains(-1),
            "permuted: order \(order) does not name each axis of shape \(shape) once")
        let back = inverse
        return record("permute", inputs: [self], output: reordered(resolved)) { cotangent, _ in
            [cotangent.reordered(back)]
        }
    }

    /// Swaps two axes, by default the last two.
    public func transposed(_ a: Int = -2, _ b: Int = -1) -> Tensor {
        var order = Array(shape.indices)
        order.swapAt(shape.axis(a, "transposed"), shape.axis(b, "transposed"))
        return permuted(order)
    }

    /// Reverses the order of the elements along the given axes; nil means all axes.
    public func flipped(axes: [Int]? = nil) -> Tensor {
        let axes = shape.axes(axes, "flipped")
        return record("flip", inputs: [self], output: turned(axes)) { cotangent, _ in [cotangent.turned(axes)]
        }
    }

    private func reordered(_ order: [Int]) -> Tensor {
        let result = order.map { shape[$0] }
        // Only axes of size 1 move: the elements stay where they are.
        let moving = order.filter { shape[$0] != 1 }
        if zip(moving, moving.dropFirst()).allSatisfy(<) { return Tensor(shape: result, storage: storage) }
        let strides = shape.strides
        return strided(result, order.map { strides[$0] })
    }

    private func turned(_ axes: [Int]) -> Tensor {
        var strides = shape.strides
        var offset = 0
        for axis in axes where shape[axis] > 1 {
            offset += (shape[axis] - 1) * strides[axis]
            strides[axis] *= -1
        }
        return strided(shape, strides, offset: offset)
    }
}
