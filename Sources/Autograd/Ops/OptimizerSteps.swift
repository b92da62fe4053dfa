import CKernels

// Steps of optimisers over the elements of one parameter, spread over the cores. The formulas are those of PyTorch;
// `weightDecay` is added to the gradient unless a step decouples it.

package typealias Elements = UnsafeMutablePointer<Real>

/// One step of Adam, or of AdamW where `decoupled`. `step` counts from 1; `largest`, where given, keeps the largest
/// second moment (AMSGrad). Keras adds epsilon before the bias correction: `epsilonBeforeCorrection`.
package func adamStep(
    _ parameter: Elements, _ gradient: Tensor, first: Elements, second: Elements, largest: Elements?,
    step: Int,
    learningRate: Double, beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double, decoupled: Bool,
    epsilonBeforeCorrection: Bool
) {
    let correction1 = 1 - power(beta1, step), correction2 = 1 - power(beta2, step)
    let epsilon = epsilonBeforeCorrection ? epsilon / correction2.squareRoot() : epsilon
    gradient.withElements { g in
        Parallel.elements(gradient.count) {
            let at = $0.lowerBound
            ck_adam_step(
                parameter + at, g + at, first + at, second + at, largest.map { $0 + at }, $0.count,
                learningRate, beta1,
                beta2, epsilon, weightDecay, decoupled ? 1 : 0, correction1, correction2)
        }
    }
}

/// One step of gradient descent; with momentum where a velocity is given.
package func sgdStep(
    _ parameter: Elements, _ gradient: Tensor, velocity: Elements?, learningRate: Double, momentum: Double,
    nesterov: Bool, weightDecay: Double
) {
    gradient.withElements { g in
        Parallel.elements(gradient.count) {
            let at = $0.lowerBound
            ck_sgd_step(
                parameter + at, g + at, velocity.map { $0 + at }, $0.count, learningRate, momentum,
                nesterov ? 1 : 0,
                weightDecay)
        }
    }
}

/// One step of RMSprop; centred where `mean` is given, with momentum where a velocity is.
package func rmspropStep(
    _ parameter: Elements, _ gradient: Tensor, square: Elements, mean: Elements?, velocity: Elements?,
    learningRate: Double, alpha: Double, epsilon: Double, momentum: Double, weightDecay: Double
) {
    gradient.withElements { g in
        Parallel.elements(gradient.count) {
            let at = $0.lowerBound
            ck_rmsprop_step(
                parameter + at, g + at, square + at, mean.map { $0 + at }, velocity.map { $0 + at }, $0.count,
                learningRate, alpha, epsilon, momentum, weightDecay)
        }
    }
}

/// One step of Adagrad.
package func adagradStep(
    _ parameter: Elements, _ gradient: Tensor, square: Elements, learningRate: Double, epsilon: Double,
    weightDecay: Double
) {
    gradient.withElements { g in
        Parallel.elements(gradient.count) {
            let at = $0.lowerBound
            ck_adagrad_step(
                parameter + at, g + at, square + at, $0.count, learningRate, epsilon, weightDecay)
        }
    }
}

/// One step of Lion, with decoupled decay.
package func lionStep(
    _ parameter: Elements, _ gradient: Tensor, first: Elements, learningRate: Double, beta1: Double,
    beta2: Double,
    weightDecay: Double
) {
    gradient.withElements { g in
        Parallel.elements(gradient.count) {
            let at = $0.lowerBound
            ck_lion_step(
                parameter + at, g + at, first + at, $0.count, learningRate, beta1, beta2, weightDecay)
        }
    }
}

/// `base` to a whole power, by repeated squaring.
private func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, square, rest) = (1.0, base, exponent)
    while rest > 0 {
        if rest & 1 == 1 { result *= square }
        square *= square
        rest >>= 1
    }
    return result
}
