import Autograd
import Glibc

/// Computes the loss of connectionist temporal classification (CTC, Graves et al. 2006): minus the log probability of the
/// label sequences, summed over all alignments with blanks and repetitions.
///
/// - Parameters:
///   - logits: [batch, time, classes]. The log softmax over the classes is part of the operation.
///   - targets: The labels of each example, without blanks.
///   - lengths: The number of valid steps of each example.
///   - blank: The class of the blank.
///   - zeroInfinity: Whether an infinite loss counts as 0. A loss is infinite if the labels need more steps than there are:
///     one for each label, and one for a blank between two equal labels.
/// - Returns: [batch]. The gradient of an infinite loss is 0.
public func ctcLoss(
    _ logits: Tensor, targets: [[Int]], lengths: [Int]? = nil, blank: Int = 0, zeroInfinity: Bool = false
) -> Tensor {
    require(
        logits.rank == 3 && logits.shape[0] == targets.count,
        "ctc_loss: logits of shape \(logits.shape) for \(targets.count) targets; expected [batch, time, classes]"
    )
    let (batch, steps, classes) = (logits.shape[0], logits.shape[1], logits.shape[2])
    require(0 <= blank && blank < classes, "ctc_loss: blank \(blank) for \(classes) classes")
    require(
        targets.allSatisfy { $0.allSatisfy { 0 <= $0 && $0 < classes && $0 != blank } },
        "ctc_loss: a target outside of 0..<\(classes), or the blank, \(blank)")
    let lengths = lengths ?? Array(repeating: steps, count: batch)
    require(
        lengths.count == batch && lengths.allSatisfy { 0 <= $0 && $0 <= steps },
        "ctc_loss: lengths \(lengths) must be \(batch) values in 0...\(steps)")
    let values = logits.detached
    let lattice = { @Sendable (row: Int, logits: UnsafePointer<Real>) in
        CTCLattice(
            logits + row * steps * classes, steps: lengths[row], classes: classes, labels: targets[row],
            blank: blank)
    }
    let losses = Tensor(shape: [batch]) { losses in
        values.withElements { logits in
            Parallel.chunks(batch) { row in
                let loss = lattice(row, logits).loss
                losses[row] = loss == .infinity && zeroInfinity ? 0 : Real(loss)
            }
        }
    }
    return record("ctc_loss", inputs: [logits], output: losses) { cotangent, _ in
        let factors = cotangent.array
        let gradient = Tensor(shape: values.shape) { gradient in
            gradient.update(repeating: 0, count: values.count)
            values.withElements { logits in
                Parallel.chunks(batch) { row in
                    let own = lattice(row, logits)
                    guard own.loss < .infinity else { return }
                    own.writeGradient(gradient + row * steps * classes, times: Double(factors[row]))
                }
            }
        }
        return [gradient]
    }
}

/// The alignments of a label sequence with the steps of one example: labels with blanks before, between and after them.
private struct CTCLattice {
    /// Minus the log probability.
    let loss: Double
    private let steps: Int, classes: Int
    /// The log probabilities, [steps, classes].
    private let logP: [Double]
    /// The class of each state.
    private let states: [Int]
    /// The log probabilities of all beginnings of alignments, [steps, states].
    private let forward: [Double]

    init(_ logits: UnsafePointer<Real>, steps: Int, classes: Int, labels: [Int], blank: Int) {
        (self.steps, self.classes) = (steps, classes)
        var logP = [Double](repeating: 0, count: steps * classes)
        for step in 0..<steps {
            let row = logits + step * classes
            var largest = -Double.infinity
            for c in 0..<classes { largest = Swift.max(largest, Double(row[c])) }
            var sum = 0.0
            for c in 0..<classes { sum += exp(Double(row[c]) - largest) }
            let total = largest + log(sum)
            for c in 0..<classes { logP[step * classes + c] = Double(row[c]) - total }
        }
        self.logP = logP
        let states = [blank] + labels.flatMap { [$0, blank] }
        self.states = states
        let count = states.count
        var forward = [Double](repeating: -.infinity, count: steps * count)
        for step in 0..<steps {
            for state in 0..<count {
                var before: Double
                if step == 0 {
                    before = state < 2 ? 0 : -.infinity
                } else {
                    let last = (step - 1) * count + state
                    before = forward[last]
                    if state > 0 { before = Self.sum(before, forward[last - 1]) }
                    if Self.skips(to: state, states) { before = Self.sum(before, forward[last - 2]) }
                }
                forward[step * count + state] = before + logP[step * classes + states[state]]
            }
        }
        self.forward = forward
        guard steps > 0 else {
            loss = labels.isEmpty ? 0 : .infinity
            return
        }
        let end = steps * count
        loss = -(count > 1 ? Self.sum(forward[end - 1], forward[end - 2]) : forward[end - 1])
    }

    /// Whether the blank before a state may be left out: not between equal labels.
    private static func skips(to state: Int, _ states: [Int]) -> Bool {
        state >= 2 && state % 2 == 1 && states[state] != states[state - 2]
    }

    /// The logarithm of the sum of two probabilities, given their logarithms.
    private static func sum(_ a: Double, _ b: Double) -> Double {
        let (high, low) = (Swift.max(a, b), Swift.min(a, b))
        return low == -.infinity ? high : high + log1p(exp(low - high))
    }

    /// Writes the gradient with respect to the logits, times a factor: the probabilities, minus how probable each class is at a step given
    /// the labels.
    func writeGradient(_ gradient: UnsafeMutablePointer<Real>, times factor: Double) {
        let count = states.count
        // The log probabilities of all ends of alignments after a step.
        var ends = [Double](repeating: -.infinity, count: count)
        ends[count - 1] = 0
        if count > 1 { ends[count - 2] = 0 }
        var expected = [Double](repeating: 0, count: classes)
        for step in (0..<steps).reversed() {
            for c in 0..<classes { expected[c] = 0 }
            for state in 0..<count {
                expected[states[state]] += exp(forward[step * count + state] + ends[state] + loss)
            }
            for c in 0..<classes {
                gradient[step * classes + c] = Real(
                    factor * (exp(logP[step * classes + c]) - expected[c]))
            }
            // The same before this step.
            let after = (0..<count).map { ends[$0] + logP[step * classes + states[$0]] }
            for state in 0..<count {
                var sum = after[state]
                if state + 1 < count { sum = Self.sum(sum, after[state + 1]) }
                if state + 2 < count, Self.skips(to: state + 2, states) {
                    sum = Self.sum(sum, after[state + 2])
                }
                ends[state] = sum
            }
        }
    }
}
