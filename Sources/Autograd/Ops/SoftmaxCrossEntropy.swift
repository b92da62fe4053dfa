import CKernels

/// How the losses of the examples are reduced.
public enum Reduction: Sendable {
    /// The mean. With class weights, the sum divided by the sum of the target weights.
    case mean
    case sum
    /// No reduction: one loss per example.
    case none
}

/// Computes the cross-entropy between softmax(logits) and target classes, of shapes [..., classes] and [...].
///
/// With class weights w and label smoothing e, the loss for a target class y is
///
///     loss = (1 - e) (-w[y] log p[y]) + e / classes sum_c(-w[c] log p[c])
///
/// The mean divides by the sum of w[y] over the examples. If this sum is 0, the mean and its gradient are 0.
/// Numerically stable for logits of any magnitude.
public func softmaxCrossEntropy(
    _ logits: Tensor, targets: Indices, classWeights: Tensor? = nil, labelSmoothing: Real = 0,
    reduction: Reduction = .mean
) -> Tensor {
    let rows = LossRows("softmax_cross_entropy", logits, classWeights, labelSmoothing)
    require(
        targets.shape == rows.shape,
        "softmax_cross_entropy: targets of shape \(targets.shape) for logits of shape \(logits.shape); expected "
            + "\(rows.shape)")
    targets.check(below: rows.classes, "softmax_cross_entropy")
    var share: Real = 1
    if reduction == .mean {
        let weights = classWeights?.array.map { Double($0) }
        let total = targets.values.reduce(0) { $0 + (weights?[$1] ?? 1) }
        share = total > 0 ? Real(1 / total) : 0
    }
    let isRecorded = logits.isTracked && isRecording
    var gradient = isRecorded ? Tensor(shape: logits.shape) { _ in } : nil
    let losses = rows.losses(&gradient) { logits, weights, loss, gradient, range in
        targets.values.withUnsafeBufferPointer { targets in
            guard let targets = targets.baseAddress else { return }
            ck_cross_entropy(
                logits, targets + range.lowerBound, weights, labelSmoothing, share, loss, gradient,
                range.count,
                rows.classes)
        }
    }
    return record(
        "softmax_cross_entropy", inputs: [logits], output: reduced(losses, reduction, share)
    ) { [gradient] g, _ in [gradient.map { rows.scaled($0, g) }] }
}

/// Computes the cross-entropy between softmax(logits) and target probabilities of the same shape, as used for soft
/// labels and mixup. The mean is over the examples.
public func softmaxCrossEntropy(
    _ logits: Tensor, targets: Tensor, classWeights: Tensor? = nil, labelSmoothing: Real = 0,
    reduction: Reduction = .mean
) -> Tensor {
    let rows = LossRows("softmax_cross_entropy_soft", logits, classWeights, labelSmoothing)
    require(
        targets.shape == logits.shape,
        "softmax_cross_entropy_soft: targets of shape \(targets.shape) for logits of shape \(logits.shape)")
    let share = reduction == .mean ? 1 / Real(rows.count) : 1
    var gradient = logits.isTracked && isRecording ? Tensor(shape: logits.shape) { _ in } : nil
    var ofTargets = targets.isTracked && isRecording ? Tensor(shape: logits.shape) { _ in } : nil
    let losses = withMutableElements(&ofTargets) { ofTargets in
        rows.losses(&gradient) { logits, weights, loss, gradient, range in
            let at = range.lowerBound * rows.classes
            targets.withElements { targets in
                ck_soft_cross_entropy(
                    logits, targets + at, weights, labelSmoothing, share, loss, gradient,
                    ofTargets.map { $0 + at },
                    range.count, rows.classes)
            }
        }
    }
    return record(
        "softmax_cross_entropy_soft", inputs: [logits, targets], output: reduced(losses, reduction, share)
    ) { [gradient, ofTargets] g, wanted in
        [
            wanted[0] ? gradient.map { rows.scaled($0, g) } : nil,
            wanted[1] ? ofTargets.map { rows.scaled($0, g) } : nil,
        ]
    }
}

/// Reduces the losses of the examples. `share` is the factor of the mean.
private func reduced(_ losses: Tensor, _ reduction: Reduction, _ share: Real) -> Tensor {
    if reduction == .none { return losses }
    let n = losses.count
    return Tensor(shape: []) { y in losses.withElements { y[0] = Real(ck_total($0, n) * Double(share)) } }
}

func withMutableElements<R>(_ tensor: inout Tensor?, _ body: (UnsafeMutablePointer<Real>?) -> R) -> R {
    guard tensor != nil else { return body(nil) }
    var result: R?
    tensor?.modify { result = body($0) }
    guard let result else { fail("the elements of a tensor were not reached") }
    return result
}

/// Rows of logits, processed in chunks of rows.
private struct LossRows: Sendable {
    let shape: [Int]
    let count: Int
    let classes: Int
    private let logits: Tensor
    private let weights: Tensor?
    private var grain: Int { Swift.max(1, 16384 / classes) }

    init(_ operation: StaticString, _ logits: Tensor, _ weights: Tensor?, _ smoothing: Real) {
        require(
            logits.rank >= 1 && logits.shape[logits.rank - 1] > 0,
            "\(operation): logits of shape \(logits.shape); expected [..., classes] with at least one class")
        shape = Array(logits.shape.dropLast())
        count = shape.elementCount
        classes = logits.shape[logits.rank - 1]
        if let weights {
            require(
                weights.shape == [classes],
                "\(operation): class weights of shape \(weights.shape) for logits of shape \(logits.shape); expected "
                    + "[\(classes)]")
        }
        require(
            smoothing >= 0 && smoothing <= 1, "\(operation): label smoothing \(smoothing); expected 0...1")
        self.logits = logits.detached
        self.weights = weights?.detached
    }

    /// Computes the loss of every row. `body` receives the logits, weights, losses and gradient of a range of rows.
    func losses(
        _ gradient: inout Tensor?,
        _ body: (
            UnsafePointer<Real>, UnsafePointer<Real>?, UnsafeMutablePointer<Real>,
            UnsafeMutablePointer<Real>?,
            Range<Int>
        ) -> Void
    ) -> Tensor {
        withMutableElements(&gradient) { gradient in
            Tensor(shape: shape) { loss in
                Autograd.withElements(weights) { weights in
                    logits.withElements { logits in
                        Parallel.elements(count, grain: grain) { range in
                            let at = range.lowerBound * classes
                            body(
                                logits + at, weights, loss + range.lowerBound, gradient.map { $0 + at }, range
                            )
                        }
                    }
                }
            }
        }
    }

    /// A gradient for a cotangent of 1, multiplied by the actual cotangent: one scalar, or one per row.
    func scaled(_ gradient: Tensor, _ g: Tensor) -> Tensor {
        let isSingle = g.rank == 0 && rank > 0
        if g.count == 1 && g.item() == 1 { return gradient }
        return Tensor(shape: gradient.shape) { y in
            Autograd.withElements(gradient, g) { x, g in
                Parallel.elements(count, grain: grain) { range in
                    let at = range.lowerBound * classes
                    if isSingle {
                        ck_scale_rows(x + at, g, y + at, 1, range.count * classes)
                    } else {
                        ck_scale_rows(x + at, g + range.lowerBound, y + at, range.count, classes)
                    }
                }
            }
        }
    }

    private var rank: Int { shape.count }
}
