import CKernels

// Optimizer steps on the elements of one parameter, computed in parallel.

package typealias Elements = UnsafeMutablePointer<Real>

/// The kind of weight decay.
package struct Decay: Sendable {
    /// L2 penalty: the parameters times this factor are added to the gradients (PyTorch's `weight_decay`).
    package var pull = 0.0
    /// Decoupled weight decay: the parameters times this factor are subtracted from the parameters (Keras, AdamW,
    /// Lion).
    package var shrink = 0.0

    package init(pull: Double = 0, shrink: Double = 0) { (self.pull, self.shrink) = (pull, shrink) }
}

/// Performs one step of Adam. `step` counts from 1. `largest`, if given, stores the maximum second moment
/// (AMSGrad). Keras adds epsilon before the bias correction: `epsilonBeforeCorrection`.
package func adamStep(
    _ parameter: Elements, _ gradient: Tensor, first: Elements, second: Elements, largest: Elements?,
    step: Int, learningRate: Double, beta1: Double, beta2: Double, epsilon: Double,
    epsilonBeforeCorrection: Bool, decay: Decay
) {
    let correction1 = 1 - power(beta1, step), correction2 = 1 - power(beta2, step)
    let epsilon = epsilonBeforeCorrection ? epsilon / correction2.squareRoot() : epsilon
    inParts(gradient) { g, at, count in
        ck_adam_step(
            parameter + at, g, first + at, second + at, largest.map { $0 + at }, count, learningRate, beta1,
            beta2, epsilon, decay.pull, decay.shrink, correction1, correction2)
    }
}

/// Performs one step of gradient descent, with momentum if a velocity is given. The velocity accumulates gradients,
/// which are later multiplied by the learning rate (PyTorch), or updates if `storesSteps` is true (Keras).
package func sgdStep(
    _ parameter: Elements, _ gradient: Tensor, velocity: Elements?, learningRate: Double, momentum: Double,
    nesterov: Bool, storesSteps: Bool, decay: Decay
) {
    let storesSteps = storesSteps && velocity != nil
    inParts(gradient) { g, at, count in
        ck_sgd_step(
            parameter + at, g, velocity.map { $0 + at }, count, storesSteps ? 1 : learningRate,
            storesSteps ? learningRate : 1, momentum, nesterov ? 1 : 0, decay.pull, decay.shrink)
    }
}

/// Performs one step of RMSprop, centered if `mean` is given, with momentum if a velocity is given (see `sgdStep`).
/// Keras adds epsilon inside the square root, PyTorch outside.
package func rmspropStep(
    _ parameter: Elements, _ gradient: Tensor, square: Elements, mean: Elements?, velocity: Elements?,
    learningRate: Double, alpha: Double, epsilon: Double, epsilonInRoot: Bool, momentum: Double,
    storesSteps: Bool, decay: Decay
) {
    let storesSteps = storesSteps && velocity != nil
    inParts(gradient) { g, at, count in
        ck_rmsprop_step(
            parameter + at, g, square + at, mean.map { $0 + at }, velocity.map { $0 + at }, count,
            storesSteps ? 1 : learningRate, storesSteps ? learningRate : 1, alpha,
            epsilonInRoot ? epsilon : 0, epsilonInRoot ? 0 : epsilon, momentum, decay.pull, decay.shrink)
    }
}

/// Performs one step of Adagrad. Keras adds epsilon inside the square root, PyTorch outside.
package func adagradStep(
    _ parameter: Elements, _ gradient: Tensor, square: Elements, learningRate: Double, epsilon: Double,
    epsilonInRoot: Bool, decay: Decay
) {
    inParts(gradient) { g, at, count in
        ck_adagrad_step(
            parameter + at, g, square + at, count, learningRate, epsilonInRoot ? epsilon : 0,
            epsilonInRoot ? 0 : epsilon, decay.pull, decay.shrink)
    }
}

/// Performs one step of Lion, which supports decoupled weight decay only.
package func lionStep(
    _ parameter: Elements, _ gradient: Tensor, first: Elements, learningRate: Double, beta1: Double,
    beta2: Double, decay: Decay
) {
    inParts(gradient) { g, at, count in
        ck_lion_step(
            parameter + at, g, first + at, count, learningRate, beta1, beta2, decay.shrink)
    }
}

/// Calls `step` for each chunk of a gradient, with the chunk's start and number of elements.
private func inParts(
    _ gradient: Tensor, _ step: (_ part: UnsafePointer<Real>, _ at: Int, _ count: Int) -> Void
) {
    gradient.withElements { g in
        Parallel.elements(gradient.count) { step(g + $0.lowerBound, $0.lowerBound, $0.count) }
    }
}

/// Raises `base` to an integer power by repeated squaring.
private func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, square, rest) = (1.0, base, exponent)
    while rest > 0 {
        if rest & 1 == 1 { result *= square }
        square *= square
        rest >>= 1
    }
    return result
}
