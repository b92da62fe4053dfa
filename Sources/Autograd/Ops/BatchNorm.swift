import CKernels

// Batch and group normalization view their input as rows of channels. The moments and sums of each chunk of rows
// are computed in double precision and added in chunk order.
//
// |    normed = (x - mean) / sqrt(variance + epsilon)        y = f(normed gamma + beta)
// |    h = g f'        dgamma = sum(h normed)        dbeta = sum(h)
// |    dx = gamma / sqrt(variance + epsilon) (h - mean(h) - normed mean(h normed))
//
// Only x is saved for the backward pass. The input of f is recomputed.

/// An activation that is fused into a normalization. Its input is not saved for the backward pass, unlike that of a
/// separate activation.
public enum NormActivation: Sendable {
    case none, relu, silu

    var code: Int32 {
        switch self {
        case .none: Int32(CK_PLAIN.rawValue)
        case .relu: Int32(CK_RELU.rawValue)
        case .silu: Int32(CK_SILU.rawValue)
        }
    }
}

/// A batch norm with fixed statistics that is fused into the preceding operation, for inference. No gradient flows
/// through it.
public struct FixedNorm: Sendable {
    private let sources: [Tensor?]
    private let epsilon: Real
    private let scaling: ColumnScaling

    var channels: Int { scaling.width / scaling.repeats }

    /// Creates a batch norm from fixed statistics.
    ///
    /// - Parameters:
    ///   - mean: The mean of each channel, [channels].
    ///   - variance: The variance of each channel, [channels].
    ///   - gamma: The scale, [channels]. The default is ones.
    ///   - beta: The shift, [channels]. The default is zeros.
    ///   - epsilon: Added to the variance.
    ///   - activation: The activation that is fused into the normalization.
    ///   - old: Reused if it was made from the same tensors.
    public init(
        mean: Tensor, variance: Tensor, gamma: Tensor? = nil, beta: Tensor? = nil, epsilon: Real = 1e-5,
        activation: NormActivation = .none, reusing old: FixedNorm? = nil
    ) {
        (sources, self.epsilon) = ([mean, variance, gamma, beta], epsilon)
        if let old, old.epsilon == epsilon, old.scaling.activation == activation,
            zip(old.sources, sources).allSatisfy({ $0?.storage === $1?.storage })
        {
            scaling = old.scaling
            return
        }
        require(
            mean.rank == 1 && [variance, gamma ?? mean, beta ?? mean].allSatisfy { $0.shape == mean.shape },
            "FixedNorm: expected shape [channels] for the mean, the variance, gamma and beta; found mean \(mean.shape) and "
                + "variance \(variance.shape)")
        scaling = ColumnScaling(
            mean: mean.array.map { Double($0) }, variance: variance.array.map { Double($0) },
            epsilon: epsilon, gamma, beta, activation, repeats: ColumnScaling.repeats(width: mean.count))
    }

    /// Stops the program if the number of channels differs or if the operation would be recorded.
    func check(_ operation: StaticString, channels: Int, _ inputs: [Tensor]) {
        require(
            self.channels == channels,
            "\(operation): a fixed norm with \(self.channels) channels for \(channels) outputs")
        require(
            !isRecording || inputs.allSatisfy { !$0.isTracked },
            "\(operation): a fixed norm has no gradient; call this inside withoutRecording, or use batchNorm")
    }

    /// Normalizes rows of channels in place.
    func apply(to y: UnsafeMutablePointer<Real>, rows: Int) {
        let together = rows / scaling.repeats
        scaling.apply(y, y, rows: together)
        let rest = rows - together * scaling.repeats
        if rest > 0 { scaling.apply(to: y + together * scaling.repeats * channels, restOf: rest, channels) }
    }
}

/// y = f((x - mean) factor + shift) with one mean, factor and shift per column.
private struct ColumnScaling: Sendable {
    /// The means and their rounding errors, so that large means do not reduce precision.
    let rest: [Double]
    /// 1 / sqrt(variance + epsilon)
    let scale: [Double]
    /// [3, repeats * width]: mean, factor and shift, all repeated.
    let numbers: Tensor
    let activation: NormActivation
    /// The number of rows of channels that are processed as one, so that the column loops are full vectors.
    let repeats: Int

    init(
        mean: [Double], variance: [Double], epsilon: Real, _ gamma: Tensor?, _ beta: Tensor?,
        _ activation: NormActivation, repeats: Int
    ) {
        let width = mean.count
        let rest = mean.map { Double(Real($0 - Double(Real($0)))) }
        let scale = variance.map { Double(Real(1 / ($0 + Double(epsilon)).squareRoot())) }
        numbers = Tensor(shape: [3, repeats * width]) { p in
            withElements(gamma) { gamma in
                withElements(beta) { beta in
                    for k in 0..<repeats * width {
                        let column = k % width
                        let factor = Real(scale[column]) * (gamma?[column] ?? 1)
                        p[k] = Real(mean[column])
                        p[repeats * width + k] = factor
                        p[2 * repeats * width + k] = (beta?[column] ?? 0) - Real(rest[column]) * factor
                    }
                }
            }
        }
        (self.rest, self.scale, self.activation, self.repeats) = (rest, scale, activation, repeats)
    }

    /// Returns the number of rows that together are a multiple of the processor's vector width.
    static func repeats(width: Int) -> Int {
        guard width > 0, width < 1024 else { return 1 }
        return Swift.max(1, 16 >> width.trailingZeroBitCount)
    }

    var width: Int { numbers.shape[1] }

    /// Calls `body` with the mean, factor and shift.
    func withPointers<R>(
        _ body: (UnsafePointer<Real>, UnsafePointer<Real>, UnsafePointer<Real>) -> R
    ) -> R {
        numbers.withElements { body($0, $0 + width, $0 + 2 * width) }
    }

    func apply(
        _ x: UnsafePointer<Real>, _ y: UnsafeMutablePointer<Real>, rows: Int, stream: Bool = false
    ) {
        withPointers {
            ck_column_scale(x, $0, $1, $2, y, rows, width, activation.code, stream ? 1 : 0)
        }
    }

    /// Normalizes fewer rows than `repeats`, in place.
    func apply(to y: UnsafeMutablePointer<Real>, restOf rows: Int, _ channels: Int) {
        withPointers { ck_column_scale(y, $0, $1, $2, y, rows, channels, activation.code, 0) }
    }
}

/// Rows of `width` channels, split into chunks that are processed independently.
private struct Rows {
    let count: Int
    let width: Int
    /// The number of rows that are processed as one.
    let repeats: Int
    private let wideCount: Int, wide: Int, grain: Int

    init(count: Int, width: Int) {
        self.count = count
        self.width = width
        let wished = ColumnScaling.repeats(width: width)
        repeats = count % wished == 0 ? wished : 1
        (wideCount, wide) = (count / repeats, width * repeats)
        grain = Swift.max(1, 32768 / Swift.max(wide, 1))
    }

    private var chunks: Int { (wideCount + grain - 1) / grain }

    private func forEachChunk(_ body: (_ chunk: Int, _ rows: Range<Int>) -> Void) {
        Parallel.chunks(chunks) { body($0, $0 * grain..<Swift.min(wideCount, ($0 + 1) * grain)) }
    }

    /// Returns the mean and the biased variance of each column.
    func moments(_ x: Tensor) -> (mean: [Double], variance: [Double]) {
        guard count > 0 else {
            return (.init(repeating: 0, count: width), .init(repeating: 0, count: width))
        }
        let (means, deviations) = combined(
            { rows, mean, deviation in
                x.withElements {
                    ck_column_moments($0 + rows.lowerBound * wide, rows.count, wide, mean, deviation)
                }
            }, add: { ck_merge_moments($0, $1, $2.lowerBound, $3, $4, $2.count, wide) })
        let mean = folded(means).map { $0 / Double(repeats) }
        let variance = (0..<width).map { column in
            stride(from: column, to: wide, by: width).reduce(0.0) { sum, k in
                let gap = means[k] - mean[column]
                return sum + deviations[k] + gap * gap * Double(wideCount)
            } / Double(count)
        }
        return (mean, variance)
    }

    /// Returns the sums of `h` and of `h (x - mean)` for each column, where `h` is the cotangent before the
    /// activation.
    func products(_ x: Tensor, _ g: Tensor, _ scaling: ColumnScaling) -> (sum: [Double], product: [Double]) {
        let (sums, products) = combined(
            { rows, sum, product in
                let at = rows.lowerBound * wide
                withElements(x, g) { x, g in
                    scaling.withPointers {
                        ck_column_products(
                            x + at, g + at, $0, $1, $2, rows.count, wide, scaling.activation.code, sum,
                            product)
                    }
                }
            },
            add: { sum, product, _, sum2, product2 in
                for k in 0..<wide {
                    sum[k] += sum2[k]
                    product[k] += product2[k]
                }
            })
        let sum = folded(sums)
        return (sum, folded(products).enumerated().map { $1 - scaling.rest[$0] * sum[$0] })
    }

    private func folded(_ wide: [Double]) -> [Double] {
        (0..<width).map { stride(from: $0, to: wide.count, by: width).reduce(0.0) { $0 + wide[$1] } }
    }

    private typealias Doubles = UnsafeMutablePointer<Double>

    /// Computes two values per column and chunk, and adds them in chunk order.
    private func combined(
        _ body: (_ rows: Range<Int>, Doubles, Doubles) -> Void,
        add: (Doubles, Doubles, _ rows: Range<Int>, Doubles, Doubles) -> Void
    ) -> ([Double], [Double]) {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: Swift.max(1, chunks) * 2 * wide) { buffer in
            buffer.update(repeating: 0)
            guard let all = buffer.baseAddress, wide > 0 else { return ([], []) }
            forEachChunk { chunk, rows in
                body(rows, all + chunk * 2 * wide, all + (chunk * 2 + 1) * wide)
            }
            for chunk in 1..<Swift.max(1, chunks) {
                let rows = chunk * grain..<Swift.min(wideCount, (chunk + 1) * grain)
                add(all, all + wide, rows, all + chunk * 2 * wide, all + (chunk * 2 + 1) * wide)
            }
            return (Array(buffer[..<wide]), Array(buffer[wide..<2 * wide]))
        }
    }

    func scaled(_ x: Tensor, _ scaling: ColumnScaling) -> Tensor {
        let stream = isBeyondCaches(x.count)
        return Tensor(shape: x.shape) { y in
            x.withElements { x in
                forEachChunk { _, rows in
                    let at = rows.lowerBound * wide
                    scaling.apply(x + at, y + at, rows: rows.count, stream: stream)
                }
            }
        }
    }

    /// Returns a h + b (x - mean) + c with one a, b and c per column.
    func gradient(
        _ x: Tensor, _ g: Tensor, _ scaling: ColumnScaling,
        _ factors: (Int) -> (a: Double, b: Double, c: Double)
    ) -> Tensor {
        let all = Tensor(shape: [3, wide]) { p in
            for k in 0..<wide {
                let (a, b, c) = factors(k % width)
                (p[k], p[wide + k]) = (Real(a), Real(b))
                p[2 * wide + k] = Real(c - b * scaling.rest[k % width])
            }
        }
        let stream: Int32 = isBeyondCaches(x.count) ? 1 : 0
        return Tensor(shape: x.shape) { dx in
            withElements(x, g, all) { x, g, f in
                forEachChunk { _, rows in
                    let at = rows.lowerBound * wide
                    scaling.withPointers {
                        ck_column_gradient(
                            x + at, g + at, $0, $1, $2, f, f + wide, f + 2 * wide, dx + at, rows.count, wide,
                            scaling.activation.code, stream)
                    }
                }
            }
        }
    }
}

/// Stops the program unless gamma and beta have the given shape.
func checkAffine(_ operation: StaticString, _ x: Tensor, _ gamma: Tensor?, _ beta: Tensor?, _ expected: [Int])
{
    for (name, tensor) in [("gamma", gamma), ("beta", beta)] {
        guard let tensor else { continue }
        require(
            tensor.shape == expected,
            "\(operation): \(name) of shape \(tensor.shape) for an input of shape \(x.shape); expected \(expected)"
        )
    }
}

private func tensor(_ width: Int, _ element: (Int) -> Double) -> Tensor {
    Tensor(shape: [width]) { p in for k in 0..<width { p[k] = Real(element(k)) } }
}

private func rowsOfChannels(_ operation: StaticString, _ x: Tensor, _ gamma: Tensor?, _ beta: Tensor?) -> Rows
{
    require(x.rank >= 1, "\(operation): an input of shape \(x.shape) has no axis of channels")
    let width = x.shape[x.rank - 1]
    checkAffine(operation, x, gamma, beta, [width])
    return Rows(count: x.shape.dropLast().reduce(1, *), width: width)
}

/// Applies batch normalization: normalizes each channel (last axis) by its mean and variance over all other axes,
/// scales by `gamma` and shifts by `beta`, each of shape [channels], and applies `activation`.
///
/// - Returns: The output, and the batch's mean, biased variance and number of elements per channel, without
///   history, for updating running statistics. The unbiased variance is `variance * count / (count - 1)`.
public func batchNorm(
    _ x: Tensor, gamma: Tensor? = nil, beta: Tensor? = nil, epsilon: Real = 1e-5,
    activation: NormActivation = .none
) -> (output: Tensor, mean: Tensor, variance: Tensor, count: Int) {
    let rows = rowsOfChannels("batch_norm", x, gamma, beta)
    let n = Double(Swift.max(rows.count, 1))
    let (mean, variance) = rows.moments(x)
    let scaling = ColumnScaling(
        mean: mean, variance: variance, epsilon: epsilon, gamma, beta, activation, repeats: rows.repeats)
    let output = normalized("batch_norm", x, gamma, beta, rows, scaling) { a, sum, product, k in
        (a, -a * scaling.scale[k] * scaling.scale[k] * product / n, -a * sum / n)
    }
    return (output, tensor(rows.width) { mean[$0] }, tensor(rows.width) { variance[$0] }, rows.count)
}

/// Applies batch normalization with fixed statistics of shape [channels], as in inference, and applies
/// `activation`. No gradient flows to the statistics.
public func batchNorm(
    _ x: Tensor, mean: Tensor, variance: Tensor, gamma: Tensor? = nil, beta: Tensor? = nil,
    epsilon: Real = 1e-5, activation: NormActivation = .none
) -> Tensor {
    let rows = rowsOfChannels("batch_norm_fixed", x, gamma, beta)
    require(
        mean.shape == [rows.width] && variance.shape == [rows.width],
        "batch_norm_fixed: mean of shape \(mean.shape) and variance of shape \(variance.shape) for an input of shape "
            + "\(x.shape); expected [\(rows.width)]")
    let scaling = ColumnScaling(
        mean: mean.array.map { Double($0) }, variance: variance.array.map { Double($0) }, epsilon: epsilon,
        gamma, beta, activation, repeats: rows.repeats)
    return normalized("batch_norm_fixed", x, gamma, beta, rows, scaling) { a, _, _, _ in (a, 0, 0) }
}

/// Records the scaled rows. `factors` computes the a, b and c of `Rows.gradient` for a column from its gamma /
/// sqrt(variance + epsilon) and its sums.
private func normalized(
    _ operation: StaticString, _ x: Tensor, _ gamma: Tensor?, _ beta: Tensor?, _ rows: Rows,
    _ scaling: ColumnScaling,
    _ factors:
        @escaping @Sendable (_ a: Double, _ sum: Double, _ product: Double, _ column: Int) -> (
            a: Double, b: Double, c: Double
        )
) -> Tensor {
    let (value, gammas) = (x.detached, gamma?.array)
    let (hasGamma, hasBeta) = (gamma != nil, beta != nil)
    return record(
        operation, inputs: [x] + [gamma, beta].compactMap { $0 }, output: rows.scaled(value, scaling)
    ) { g, wanted in
        let (sum, product) = rows.products(value, g, scaling)
        let dx =
            wanted[0]
            ? rows.gradient(value, g, scaling) { k in
                factors(scaling.scale[k] * Double(gammas?[k] ?? 1), sum[k], product[k], k)
            } : nil
        return [dx] + (hasGamma ? [tensor(rows.width) { product[$0] * scaling.scale[$0] }] : [])
            + (hasBeta ? [tensor(rows.width) { sum[$0] }] : [])
    }
}
