// Views with another shape. Nothing is copied.

extension Tensor {
    /// Returns the same elements in row-major order with another shape. One size may be -1 and is then inferred.
    public func reshaped(_ shape: [Int]) -> Tensor {
        var resolved = shape
        var open: Int?
        for (axis, size) in shape.enumerated() {
            if size == -1, open == nil { open = axis }
            require(
                size >= 0 || open == axis,
                "reshaped: shape \(shape) for a tensor of shape \(self.shape): sizes are 0 or more, and one may be -1"
            )
        }
        if let open { resolved[open] = 1 }
        let known = resolved.elementCount
        if let open, known > 0 { resolved[open] = count / known }
        require(
            (open == nil || known > 0) && resolved.elementCount == count,
            "reshaped: shape \(shape) does not hold the \(count) elements of shape \(self.shape)")
        return viewed(resolved)
    }

    /// Flattens the axes starting at `from`, by default all.
    public func flattened(from: Int = 0) -> Tensor {
        if rank == 0 && (from == 0 || from == -1) { return viewed([1]) }
        let axis = shape.axis(from, "flattened")
        return viewed(shape[..<axis] + [shape[axis...].reduce(1, *)])
    }

    /// Removes an axis of size 1.
    public func squeezed(_ axis: Int) -> Tensor {
        let resolved = shape.axis(axis, "squeezed")
        require(
            shape[resolved] == 1,
            "squeezed: axis \(axis) of shape \(shape) has size \(shape[resolved]), not 1")
        return viewed(shape[..<resolved] + shape[(resolved + 1)...])
    }

    /// Removes all axes of size 1.
    public func squeezed() -> Tensor { viewed(shape.filter { $0 != 1 }) }

    /// Inserts an axis of size 1 at position `axis`; -1 makes it the last axis.
    public func expanded(_ axis: Int) -> Tensor {
        let resolved = axis < 0 ? axis + rank + 1 : axis
        require(
            resolved >= 0 && resolved <= rank,
            "expanded: axis \(axis) cannot be inserted into shape \(shape); allowed: \(-rank - 1)...\(rank)")
        return viewed(shape[..<resolved] + [1] + shape[resolved...])
    }

    /// Returns these elements with a shape of the same size, in the same memory.
    func viewed(_ shape: [Int]) -> Tensor {
        let old = self.shape
        if shape == old { return self }
        return record("reshape", inputs: [self], output: Tensor(shape: shape, storage: storage)) {
            cotangent, _ in
            [Tensor(shape: old, storage: cotangent.storage)]
        }
    }

    private func viewed(_ shape: ArraySlice<Int>) -> Tensor { viewed(Array(shape)) }
}
