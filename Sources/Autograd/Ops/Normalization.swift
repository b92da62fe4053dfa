import CKernels

// Batch and group normalisation see their input as rows of channels: the moments and sums of each chunk of rows are
// taken by themselves, in double, and added up in the order of the chunks.
//
//     normed = (x - mean) / sqrt(variance + epsilon)        y = normed gamma + beta
//     dgamma = sum(g normed)        dbeta = sum(g)
//     dx = gamma / sqrt(variance + epsilon) (g - mean(g) - normed mean(g normed))

/// What the columns of some rows are normalised with: their means as a number and its rounding error, so that large
/// means cost no digits, and 1 / sqrt(variance + epsilon).
private struct ColumnMoments: Sendable {
    /// [3, width]
    let numbers: Tensor

    /// 1 / sqrt(variance + epsilon) of each column.
    var scale: [Double] { numbers.array.suffix(numbers.shape[1]).map { Double($0) } }

    init(width: Int, mean: (Int) -> Double, variance: (Int) -> Double, epsilon: Real) {
        numbers = Tensor(shape: [3, width]) { p in
            for k in 0..<width {
                p[k] = Real(mean(k))
                p[width + k] = Real(mean(k) - Double(p[k]))
                p[2 * width + k] = Real(1 / (variance(k) + Double(epsilon)).squareRoot())
            }
        }
    }
}

/// Rows of `width` channels, cut into chunks that are computed by themselves.
private struct Rows {
    let count: Int
    let width: Int
    private let grain: Int

    init(count: Int, width: Int) {
        self.count = count
        self.width = width
        grain = Swift.max(1, 32768 / Swift.max(width, 1))
    }

    private var chunks: Int { (count + grain - 1) / grain }

    func forEachChunk(_ body: (_ chunk: Int, _ rows: Range<Int>) -> Void) {
        Parallel.chunks(chunks) { body($0, $0 * grain..<Swift.min(count, ($0 + 1) * grain)) }
    }

    /// Mean and sum of squared deviations of each column.
    func moments(_ x: Tensor) -> (mean: [Double], deviation: [Double]) {
        guard count > 0 else {
            return (.init(repeating: 0, count: width), .init(repeating: 0, count: width))
        }
        return combined(
            { rows, mean, deviation in
                x.withElements {
                    ck_column_moments($0 + rows.lowerBound * width, rows.count, width, mean, deviation)
                }
            }, add: { ck_merge_moments($0, $1, $2.lowerBound, $3, $4, $2.count, width) })
    }

    /// Sums of `g` and of `g (x - mean)` down each column.
    func products(_ x: Tensor, _ g: Tensor, _ moments: ColumnMoments) -> (sum: [Double], product: [Double]) {
        var (sum, product) = combined(
            { rows, sum, product in
                let at = rows.lowerBound * width
                Autograd.withElements(x, g, moments.numbers) { x, g, mean in
                    ck_column_products(x + at, g + at, mean, rows.count, width, sum, product)
                }
            },
            add: { sum, product, _, sum2, product2 in
                for k in 0..<width {
                    sum[k] += sum2[k]
                    product[k] += product2[k]
                }
            })
        moments.numbers.withElements { p in
            for k in 0..<width { product[k] -= Double(p[width + k]) * sum[k] }
        }
        return (sum, product)
    }

    private typealias Doubles = UnsafeMutablePointer<Double>

    /// Two numbers per column for every chunk, added up in order.
    private func combined(
        _ body: (_ rows: Range<Int>, Doubles, Doubles) -> Void,
        add: (Doubles, Doubles, _ rows: Range<Int>, Doubles, Doubles) -> Void
    ) -> ([Double], [Double]) {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: Swift.max(1, chunks) * 2 * width) { buffer in
            buffer.update(repeating: 0)
            guard let all = buffer.baseAddress, width > 0 else { return ([], []) }
            forEachChunk { chunk, rows in
                body(rows, all + chunk * 2 * width, all + (chunk * 2 + 1) * width)
            }
            for chunk in 1..<Swift.max(1, chunks) {
                let rows = chunk * grain..<Swift.min(count, (chunk + 1) * grain)
                add(all, all + width, rows, all + chunk * 2 * width, all + (chunk * 2 + 1) * width)
            }
            return (Array(buffer[..<width]), Array(buffer[width..<2 * width]))
        }
    }

    /// (x - mean) / sqrt(variance + epsilon) gamma + beta
    func scaled(_ x: Tensor, _ moments: ColumnMoments, _ gamma: Tensor?, _ beta: Tensor?) -> Tensor {
        let factors = Tensor(shape: [2, width]) { p in
            Autograd.withElements(gamma) { gamma in
                Autograd.withElements(beta) { beta in
                    moments.numbers.withElements { m in
                        for k in 0..<width {
                            p[k] = m[2 * width + k] * (gamma?[k] ?? 1)
                            p[width + k] = (beta?[k] ?? 0) - m[width + k] * p[k]
                        }
                    }
                }
            }
        }
        return Tensor(shape: x.shape) { y in
            Autograd.withElements(x, moments.numbers, factors) { x, mean, f in
                forEachChunk { _, rows in
                    let at = rows.lowerBound * width
                    ck_column_scale(x + at, mean, f, f + width, y + at, rows.count, width)
                }
            }
        }
    }

    /// a g + b (x - mean) + c, with one a, b and c for each column.
    func gradient(
        _ x: Tensor, _ g: Tensor, _ moments: ColumnMoments,
        _ factors: (Int) -> (a: Double, b: Double, c: Double)
    ) -> Tensor {
        let all = Tensor(shape: [3, width]) { p in
            moments.numbers.withElements { m in
                for k in 0..<width {
                    let (a, b, c) = factors(k)
                    (p[k], p[width + k]) = (Real(a), Real(b))
                    p[2 * width + k] = Real(c - b * Double(m[width + k]))
                }
            }
        }
        return Tensor(shape: x.shape) { dx in
            Autograd.withElements(x, g, moments.numbers, all) { x, g, mean, f in
                forEachChunk { _, rows in
                    let at = rows.lowerBound * width
                    ck_column_gradient(
                        x + at, g + at, mean, f, f + width, f + 2 * width, dx + at, rows.count, width)
                }
            }
        }
    }
}

/// Stops the program unless the factor or shift of a normalisation has the given shape.
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

/// Normalises each channel (last axis) by its mean and variance over all other axes, then scales by `gamma` and
/// shifts by `beta`, each of shape [channels].
///
/// - Returns: the output, and the batch's mean, biased variance and number of elements per channel, without history,
///   for running statistics. `variance * count / (count - 1)` is the unbiased variance.
public func batchNorm(
    _ x: Tensor, gamma: Tensor? = nil, beta: Tensor? = nil, epsilon: Real = 1e-5
) -> (output: Tensor, mean: Tensor, variance: Tensor, count: Int) {
    let rows = rowsOfChannels("batch_norm", x, gamma, beta)
    let n = Double(Swift.max(rows.count, 1))
    let (mean, deviation) = rows.moments(x)
    let moments = ColumnMoments(
        width: rows.width, mean: { mean[$0] }, variance: { deviation[$0] / n }, epsilon: epsilon)
    let (value, factor) = (x.detached, gamma?.detached)
    let output = record(
        "batch_norm", inputs: [x] + [gamma, beta].compactMap { $0 },
        output: rows.scaled(value, moments, factor, beta)
    ) { g, wanted in
        let (sum, product) = rows.products(value, g, moments)
        let scale = moments.scale
        let gammas = factor?.array
        let dx =
            wanted[0]
            ? rows.gradient(value, g, moments) { k in
                let a = scale[k] * Double(gammas?[k] ?? 1)
                return (a, -a * scale[k] * scale[k] * product[k] / n, -a * sum[k] / n)
            } : nil
        return [dx] + (factor == nil ? [] : [tensor(rows.width) { product[$0] * scale[$0] }])
            + (beta == nil ? [] : [tensor(rows.width) { sum[$0] }])
    }
    return (output, tensor(rows.width) { mean[$0] }, tensor(rows.width) { deviation[$0] / n }, rows.count)
}

/// Normalises each channel (last axis) by a given mean and variance of shape [channels], as a trained network does.
/// No gradient flows to these two.
public func batchNorm(
    _ x: Tensor, mean: Tensor, variance: Tensor, gamma: Tensor? = nil, beta: Tensor? = nil,
    epsilon: Real = 1e-5
) -> Tensor {
    let rows = rowsOfChannels("batch_norm_fixed", x, gamma, beta)
    require(
        mean.shape == [rows.width] && variance.shape == [rows.width],
        "batch_norm_fixed: mean of shape \(mean.shape) and variance of shape \(variance.shape) for an input of shape "
            + "\(x.shape); expected [\(rows.width)]")
    let (means, variances) = (mean.array, variance.array)
    let moments = ColumnMoments(
        width: rows.width, mean: { Double(means[$0]) }, variance: { Double(variances[$0]) }, epsilon: epsilon)
    let (value, factor) = (x.detached, gamma?.detached)
    return record(
        "batch_norm_fixed", inputs: [x] + [gamma, beta].compactMap { $0 },
        output: rows.scaled(value, moments, factor, beta)
    ) { g, wanted in
        let scale = moments.scale
        let gammas = factor?.array
        let dx =
            wanted[0]
            ? rows.gradient(value, g, moments) { (scale[$0] * Double(gammas?[$0] ?? 1), 0, 0) } : nil
        guard factor != nil || beta != nil else { return [dx] }
        let (sum, product) = rows.products(value, g, moments)
        return [dx] + (factor == nil ? [] : [tensor(rows.width) { product[$0] * scale[$0] }])
            + (beta == nil ? [] : [tensor(rows.width) { sum[$0] }])
    }
}
