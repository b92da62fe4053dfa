import Autograd

extension Layer {
    /// Returns the outputs of a batch in inference, [batch, outputs], and the gradient of one of them with respect to the
    /// input of each example, in the shape of the input. Padding has a gradient of zero.
    ///
    /// - Parameter output: The index of the output, such as a class.
    public func inputGradients(_ x: Signal, ofOutput output: Int) -> (outputs: Tensor, gradients: Tensor) {
        let leaf = Parameter(x.masked)
        let outputs = forward(x.withClean(leaf.tensor), .inference).tensor
        let gradient = outputs.gradients(ofOutput: output)?[leaf] ?? .zeros(x.tensor.shape)
        return (outputs.detached, Signal(gradient, lengths: x.lengths).masked)
    }

    /// Returns the integrated gradients of an output along the straight line from a baseline to one example, [1, ...]
    /// (Sundararajan, Taly and Yan 2017), computed by the midpoint rule.
    ///
    /// For enough steps, the attributions sum to the difference between the outputs of the example and of the baseline.
    ///
    /// - Parameters:
    ///   - output: The index of the output, such as a class.
    ///   - baseline: The input without information, in the shape of the example.
    ///   - steps: The number of points on the line.
    public func integratedGradients(
        _ x: Signal, ofOutput output: Int, baseline: Tensor, steps: Int = 64
    ) -> Tensor {
        let (shape, input) = (x.tensor.shape, x.masked.detached)
        require(
            shape.first == 1 && baseline.shape == shape && steps > 0,
            "integratedGradients: an example of shape \(shape), a baseline of shape \(baseline.shape) and \(steps) steps; "
                + "expected one example, a baseline of the same shape and at least one step")
        let start = Signal(baseline, lengths: x.lengths).masked.detached
        let change = withoutRecording { input - start }
        var sum = Tensor.zeros(shape)
        for first in stride(from: 0, to: steps, by: Self.pointsPerBatch) {
            let numbers = first..<min(first + Self.pointsPerBatch, steps)
            let points = withoutRecording {
                concatenate(
                    numbers.map { start + change * (Real(Double($0) + 0.5) / Real(steps)) }, axis: 0)
            }
            let lengths = x.lengths.map { lengths in numbers.map { _ in lengths[0] } }
            let gradients = inputGradients(Signal(points, lengths: lengths), ofOutput: output).gradients
            withoutRecording { sum = sum + gradients.sum(axes: [0]).reshaped(shape) }
        }
        return withoutRecording { sum * change * (1 / Real(steps)) }
    }

    private static var pointsPerBatch: Int { 16 }
}

extension Tensor {
    /// Returns the gradients of one output of each example, [batch, outputs]; nil if nothing was recorded.
    func gradients(ofOutput output: Int) -> Gradients? {
        require(
            rank == 2 && 0..<shape[1] ~= output,
            "gradients of output \(output) of a model with outputs of shape \(shape); expected [batch, outputs]"
        )
        guard isTracked else { return nil }
        let cotangent = Tensor(shape: shape) { values in
            for index in 0..<count { values[index] = index % shape[1] == output ? 1 : 0 }
        }
        return backward(cotangent)
    }
}
