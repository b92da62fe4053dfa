import Autograd

/// Returns the mean of a model's outputs over the views of test-time augmentation.
package func meanOverViews(_ count: Int, _ outputs: (_ view: Int) throws -> Tensor) rethrows -> Tensor {
    var sum = try outputs(0)
    guard count > 1 else { return sum }
    for view in 1..<count { sum += try outputs(view) }
    return sum / Real(count)
}
