extension Tensor {
    /// The elements repeated to a larger shape by NumPy's rules: axes of size 1 and missing leading axes are repeated.
    public func broadcast(to shape: [Int]) -> Tensor {
        if shape == self.shape { return self }
        let old = self.shape
        let output = strided(shape, broadcastStrides(to: shape, "broadcast"))
        return record("broadcast", inputs: [self], output: output) { cotangent, _ in
            [cotangent.sum(to: old)]
        }
    }

    /// Strides that walk over these elements as over a tensor of the given shape: 0 along repeated axes.
    func broadcastStrides(to shape: [Int], _ operation: StaticString) -> [Int] {
        require(
            self.shape.broadcast(with: shape) == shape,
            "\(operation): shape \(self.shape) cannot be broadcast to \(shape)")
        let own = self.shape.strides
        let missing = shape.count - rank
        return shape.indices.map { $0 < missing || self.shape[$0 - missing] == 1 ? 0 : own[$0 - missing] }
    }
}
