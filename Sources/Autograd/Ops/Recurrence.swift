import CKernels

/// The traversal of a batch of sequences by a recurrent operation, and its building blocks.
///
/// All inputs are projected in one product before the traversal, and all weight gradients are products over all
/// steps after it. Only the products with the state remain inside. Sequences are independent, so a group of
/// sequences forms one chunk of work and is processed by one thread.
struct Recurrence: Sendable {
    let batch: Int, steps: Int, inputs: Int, units: Int
    let isReversed: Bool
    /// The number of valid steps of each sequence.
    let lengths: [Int]

    /// The number of sequences per group: the rows of a product tile.
    private static let together = 8

    init(
        _ operation: StaticString, gates: Int, x: Tensor, weight: Tensor, recurrentWeight: Tensor,
        bias: Tensor?,
        recurrentBias: Tensor?, initial: [Tensor?], lengths: [Int]?, isReversed: Bool
    ) {
        require(
            x.rank == 3 && weight.rank == 2 && weight.shape[0] == x.shape[2] && weight.shape[1] % gates == 0,
            "\(operation): input \(x.shape) must be [batch, time, features] and weight \(weight.shape) [features, "
                + "\(gates) units]")
        batch = x.shape[0]
        steps = x.shape[1]
        inputs = x.shape[2]
        units = weight.shape[1] / gates
        require(
            recurrentWeight.shape == [units, gates * units],
            "\(operation): recurrent weight \(recurrentWeight.shape) must be [units, \(gates) units] = "
                + "[\(units), \(gates * units)]")
        for bias in [bias, recurrentBias] {
            require(
                (bias?.shape ?? [gates * units]) == [gates * units],
                "\(operation): bias \(bias?.shape ?? []) must be [\(gates) units] = [\(gates * units)]")
        }
        for state in initial {
            require(
                (state?.shape ?? [batch, units]) == [batch, units],
                "\(operation): initial state \(state?.shape ?? []) must be [batch, units] = [\(batch), \(units)]"
            )
        }
        let (batch, steps) = (batch, steps)
        if let lengths {
            require(
                lengths.count == batch && lengths.allSatisfy { $0 >= 0 && $0 <= steps },
                "\(operation): lengths \(lengths) must be \(batch) values in 0...\(steps)")
        }
        self.lengths = lengths ?? Array(repeating: steps, count: batch)
        self.isReversed = isReversed
    }

    var rows: Int { batch * steps }

    /// Calls `body` for each group of sequences.
    func forEachGroup(_ body: (Range<Int>) -> Void) {
        guard batch > 0 else { return }
        let size = Recurrence.together
        Parallel.chunks((batch + size - 1) / size) { index in
            body(index * size..<Swift.min(batch, (index + 1) * size))
        }
    }

    /// Calls `body` for each step in traversal order, with a flag per sequence of the group that tells whether the
    /// step is valid.
    func walk(_ group: Range<Int>, backwards: Bool = false, _ body: (Int, UnsafePointer<UInt8>) -> Void) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: group.count) { active in
            for index in 0..<steps {
                let step = isReversed != backwards ? steps - 1 - index : index
                for row in group { active[row - group.lowerBound] = step < lengths[row] ? 1 : 0 }
                body(step, UnsafePointer(active.baseAddress!))
            }
        }
    }

    /// Returns the previous step of the traversal, or nil for the first step.
    func previous(_ step: Int) -> Int? {
        isReversed ? (step + 1 < steps ? step + 1 : nil) : (step > 0 ? step - 1 : nil)
    }

    /// Returns the state before each step: the previous step's output, or the initial state for a sequence's first
    /// step. It is copied to `before` [group, units] if the outputs of the previous step do not hold it.
    func stateBefore(
        _ step: Int, _ group: Range<Int>, outputs: UnsafePointer<Real>, initial: UnsafePointer<Real>?,
        _ before: UnsafeMutablePointer<Real>
    ) {
        for row in group {
            let to = before + (row - group.lowerBound) * units
            let isFirst = isReversed ? step == lengths[row] - 1 : step == 0
            if !isFirst, let previous = previous(step) {
                to.update(from: outputs + (row * steps + previous) * units, count: units)
            } else if let initial {
                to.update(from: initial + row * units, count: units)
            } else {
                to.update(repeating: 0, count: units)
            }
        }
    }

    /// dW: the sum over valid steps of the outer products of the input and the gates' cotangents.
    func inputGradient(x: Tensor, gates: Tensor) -> Tensor {
        let columns = gates.shape[2]
        if lengths.allSatisfy({ $0 == steps }) {
            return outerSum(x, gates, rows: rows, inputs: inputs, outputs: columns)
        }
        // Padding may hold arbitrary values including NaN, and must not be read.
        return withElements(x, gates) { x, gates in
            sumOfChunks(batch, perRow: steps * inputs * columns, shape: [inputs, columns]) { range, sum in
                sum.update(repeating: 0, count: inputs * columns)
                for row in range where lengths[row] > 0 {
                    Product.run(
                        m: inputs, n: columns, k: lengths[row], x + row * steps * inputs, row: 1,
                        column: inputs,
                        .plain(gates + row * steps * columns, row: columns), start: .result, into: sum,
                        row: columns)
                }
            }
        }
    }

    /// The cotangents of some of the gates in a buffer of [batch, steps, ...].
    struct GatePart {
        let cotangents: Tensor
        /// The first gate in a step's row, the number of gates, and their position in the recurrent weight.
        let from: Int, count: Int, into: Int
    }

    /// dU: the sum over steps of the outer products of the previous state and the gates' cotangents.
    func recurrentGradient(states: Tensor, initial: Tensor?, _ parts: [GatePart]) -> Tensor {
        let columns = parts.reduce(0) { $0 + $1.count }
        return states.withElements { states in
            withElements(initial) { initial in
                sumOfChunks(batch, perRow: steps * units * columns, shape: [units, columns]) { range, sum in
                    sum.update(repeating: 0, count: units * columns)
                    for part in parts {
                        part.cotangents.withElements { cotangents in
                            for row in range where lengths[row] > 0 {
                                addOuterProducts(
                                    row, states + row * steps * units, initial.map { $0 + row * units },
                                    cotangents + row * steps * part.cotangents.shape[2] + part.from, part,
                                    sum + part.into, columns)
                            }
                        }
                    }
                }
            }
        }
    }

    private func addOuterProducts(
        _ row: Int, _ states: UnsafePointer<Real>, _ initial: UnsafePointer<Real>?,
        _ gates: UnsafePointer<Real>,
        _ part: GatePart, _ sum: UnsafeMutablePointer<Real>, _ columns: Int
    ) {
        let gatesRow = part.cotangents.shape[2]
        // The gates used a state one step later in the traversal.
        let (fromState, fromGate) = isReversed ? (1, 0) : (0, 1)
        Product.run(
            m: units, n: part.count, k: lengths[row] - 1, states + fromState * units, row: 1, column: units,
            .plain(gates + fromGate * gatesRow, row: gatesRow), start: .result, into: sum, row: columns)
        if let initial {
            let first = isReversed ? lengths[row] - 1 : 0
            Product.run(
                m: units, n: part.count, k: 1, initial, row: 1,
                .plain(gates + first * gatesRow, row: gatesRow),
                start: .result, into: sum, row: columns)
        }
    }
}

extension Tensor {
    /// Allocates a buffer that is uninitialized until an operation fills it through `modify`.
    static func room(_ shape: [Int]) -> Tensor { Tensor(shape: shape) { _ in } }
}
