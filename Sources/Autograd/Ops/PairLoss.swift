import CKernels

/// Computes the squared error between a tensor and a target of the same shape.
public func meanSquaredError(_ x: Tensor, targets: Tensor, reduction: Reduction = .mean) -> Tensor {
    pairLoss(
        "squared_error", x, targets, 0, reduction, ck_squared_error, ck_squared_error_each,
        ck_squared_error_gradient)
}

/// Computes the Huber loss: half the squared difference up to `delta`, and linear beyond: `delta (|difference| -
/// delta / 2)`.
public func huberLoss(_ x: Tensor, targets: Tensor, delta: Real = 1, reduction: Reduction = .mean) -> Tensor {
    require(delta > 0, "huber: delta \(delta); expected a value above 0")
    return pairLoss("huber", x, targets, delta, reduction, ck_huber, ck_huber_each, ck_huber_gradient)
}

/// Computes the binary cross-entropy between sigmoid(logits) and target probabilities of the same shape.
/// Numerically stable for logits of any magnitude.
public func sigmoidBinaryCrossEntropy(_ logits: Tensor, targets: Tensor, reduction: Reduction = .mean)
    -> Tensor
{
    pairLoss(
        "sigmoid_binary_cross_entropy", logits, targets, 0, reduction, ck_binary_cross_entropy,
        ck_binary_cross_entropy_each, ck_binary_cross_entropy_gradient)
}

private typealias Numbers = UnsafePointer<Real>
private typealias Result = UnsafeMutablePointer<Real>

/// Records a loss of pairs of elements with its gradients.
private func pairLoss(
    _ operation: StaticString, _ x: Tensor, _ targets: Tensor, _ option: Real, _ reduction: Reduction,
    _ total: @Sendable (Numbers?, Numbers?, Real, Int) -> Double,
    _ each: @Sendable (Numbers?, Numbers?, Real, Result?, Int) -> Void,
    _ gradient:
        @escaping @Sendable (Numbers?, Numbers?, Real, Numbers?, Int, Real, Result?, Result?, Int) -> Void
) -> Tensor {
    require(x.shape == targets.shape, "\(operation): shapes \(x.shape) and \(targets.shape) differ")
    let n = x.count
    let share = reduction == .mean ? 1 / Real(n) : 1
    let (value, target) = (x.detached, targets.detached)
    let output: Tensor
    if reduction == .none {
        output = Tensor(shape: x.shape) { y in
            Autograd.withElements(value, target) { x, t in
                Parallel.elements(n) {
                    each(x + $0.lowerBound, t + $0.lowerBound, option, y + $0.lowerBound, $0.count)
                }
            }
        }
    } else {
        let grain = 16384
        var parts = [Double](repeating: 0, count: (n + grain - 1) / grain)
        parts.withUnsafeMutableBufferPointer { parts in
            nonisolated(unsafe) let parts = parts
            Autograd.withElements(value, target) { x, t in
                Parallel.elements(n, grain: grain) {
                    parts[$0.lowerBound / grain] = total(
                        x + $0.lowerBound, t + $0.lowerBound, option, $0.count)
                }
            }
        }
        let sum = parts.reduce(0, +)
        output = Tensor(shape: []) { $0[0] = Real(sum / (reduction == .mean ? Double(n) : 1)) }
    }
    return record(operation, inputs: [x, targets], output: output) { g, wanted in
        var dx = wanted[0] ? Tensor(shape: value.shape) { _ in } : nil
        var dt = wanted[1] ? Tensor(shape: value.shape) { _ in } : nil
        let step = reduction == .none ? 1 : 0
        withMutableElements(&dx) { dx in
            withMutableElements(&dt) { dt in
                Autograd.withElements(value, target, g) { x, t, g in
                    Parallel.elements(n) { range in
                        let at = range.lowerBound
                        gradient(
                            x + at, t + at, option, g + at * step, step, share, dx.map { $0 + at },
                            dt.map { $0 + at }, range.count)
                    }
                }
            }
        }
        return [dx, dt]
    }
}
