extension Tensor {
    /// Broadcasts to a larger shape by NumPy's rules: axes that are missing or of size 1 are repeated.
    public func broadcast(to shape: [Int]) -> Tensor {
        if shape == self.shape { return self }
        let old = self.shape
        let output = strided(shape, broadcastStrides(to: shape, "broadcast"))
        return record("broadcast", inputs: [self], output: output) { cotangent, _ in
            [cotangent.sum(to: old)]
        }
    }

    /// Returns the strides that view these elements as a tensor of the given shape; 0 for repeated axes.
    func broadcastStrides(to shape: [Int], _ operation: StaticString) -> [Int] {
        require(
            self.shape.broadcast(with: shape) == shape,
            "\(operation): shape \(self.shape) cannot be broadcast to \(shape)")
        let own = self.shape.strides
        let missing = shape.count - rank
        return shape.indices.map { $0 < missing || self.shape[$0 - missing] == 1 ? 0 : own[$0 - missing] }
    }
}
