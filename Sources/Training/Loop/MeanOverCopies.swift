import Autograd

/// Returns the mean of a model's outputs over the copies of test-time augmentation.
package func meanOverCopies(_ count: Int, _ outputs: (_ copy: Int) throws -> Tensor) rethrows -> Tensor {
    var sum = try outputs(0)
    guard count > 1 else { return sum }
    for copy in 1..<count { sum += try outputs(copy) }
    return sum / Real(count)
}
