import Autograd
import Foundation

/// Returns exp(-x * x), elementwise.
public func bump(_ x: Tensor) -> Tensor {
    // The forward pass: any code that computes the elements of the result.
    let count = x.count
    let y = Tensor(shape: x.shape) { y in
        x.withElements { x in
            for i in 0..<count { y[i] = exp(-x[i] * x[i]) }
        }
    }
    // The backward pass: from the gradient of y to that of x. dy/dx = -2 x y.
    let value = x.detached
    return record("bump", inputs: [x], output: y) { cotangent, _ in
        [cotangent * value * y * -2]
    }
}
