import CKernels

/// Applies group normalization: normalizes groups of adjacent channels (last axis) of each example (first axis) by
/// their mean and variance over the axes between, then scales by `gamma` and shifts by `beta`, each of shape
/// [channels].
///
/// One group per channel is instance normalization.
public func groupNorm(
    _ x: Tensor, groups: Int, gamma: Tensor? = nil, beta: Tensor? = nil, epsilon: Real = 1e-5
) -> Tensor {
    require(x.rank >= 2, "group_norm: an input of shape \(x.shape); expected [batch, ..., channels]")
    let channels = x.shape[x.rank - 1]
    require(
        groups >= 1 && channels % groups == 0,
        "group_norm: \(groups) groups do not divide the \(channels) channels of an input of shape \(x.shape)")
    checkAffine("group_norm", x, gamma, beta, [channels])
    let view = GroupNorm(
        batch: x.shape[0], rows: x.shape[1..<x.rank - 1].reduce(1, *), channels: channels, groups: groups)
    let (value, factor) = (x.detached, gamma?.detached)
    let (y, moments) = view.forward(value, factor, beta, epsilon)
    return record("group_norm", inputs: [x] + [gamma, beta].compactMap { $0 }, output: y) { g, wanted in
        let (dx, sums) = view.backward(value, g, factor, moments)
        let total = sums.sum(axes: [0])
        func part(_ index: Int) -> Tensor {
            Tensor(shape: [channels]) { p in
                total.withElements { p.update(from: $0 + index * channels, count: channels) }
            }
        }
        return [wanted[0] ? dx : nil] + (factor == nil ? [] : [part(0)]) + (beta == nil ? [] : [part(1)])
    }
}

/// Examples with `rows` rows of channels each. A thread processes a part of an example; only long ones have several parts.
private struct GroupNorm {
    let batch: Int, rows: Int, channels: Int, groups: Int
    private var size: Int { rows * channels }
    private var width: Int { channels / groups }
    /// The rows of a part.
    private static let partRows = 2048
    private var parts: Int { (rows + Self.partRows - 1) / Self.partRows }
    private func rows(of part: Int) -> Range<Int> {
        part * Self.partRows..<Swift.min(rows, (part + 1) * Self.partRows)
    }

    /// Returns the output and, for each example and channel, its group's mean, the rounding error of the mean, and
    /// 1 / standard deviation.
    func forward(_ x: Tensor, _ gamma: Tensor?, _ beta: Tensor?, _ epsilon: Real) -> (
        y: Tensor, moments: Tensor
    ) {
        var y = Tensor(shape: x.shape) { _ in }
        let moments = Tensor(shape: [batch, 3, channels]) { moments in
            guard size > 0 else { return moments.update(repeating: 0, count: batch * 3 * channels) }
            y.modify { y in
                Autograd.withElements(gamma) { gamma in
                    Autograd.withElements(beta) { beta in
                        x.withElements { x in
                            findMoments(x, moments, epsilon)
                            Parallel.chunks(batch * parts) { index in
                                let (n, part) = (index / parts, rows(of: index % parts))
                                let own = moments + n * 3 * channels
                                let at = n * size + part.lowerBound * channels
                                scratch { scale, shift in
                                    for k in 0..<channels {
                                        let factor = own[2 * channels + k] * (gamma?[k] ?? 1)
                                        scale[k] = factor
                                        shift[k] = (beta?[k] ?? 0) - own[channels + k] * factor
                                    }
                                    ck_column_scale(
                                        x + at, own, scale, shift, y + at, part.count, channels,
                                        NormActivation.none.code, 0)
                                }
                            }
                        }
                    }
                }
            }
        }
        return (y, moments)
    }

    private func scratch(_ body: (UnsafeMutablePointer<Real>, UnsafeMutablePointer<Real>) -> Void) {
        withUnsafeTemporaryAllocation(of: Real.self, capacity: 2 * channels) {
            guard let p = $0.baseAddress else { return }
            body(p, p + channels)
        }
    }

    /// Writes the moments of all examples: those of the parts, merged in their order.
    private func findMoments(
        _ x: UnsafePointer<Real>, _ moments: UnsafeMutablePointer<Real>, _ epsilon: Real
    ) {
        let stride = 2 * channels
        withUnsafeTemporaryAllocation(of: Double.self, capacity: batch * parts * stride) { buffer in
            guard let all = buffer.baseAddress else { return }
            Parallel.chunks(batch * parts) { index in
                let (n, part) = (index / parts, rows(of: index % parts))
                let own = all + index * stride
                ck_column_moments(
                    x + n * size + part.lowerBound * channels, part.count, channels, own, own + channels)
            }
            for n in 0..<batch {
                let first = all + n * parts * stride
                for part in 1..<Swift.max(parts, 1) {
                    let next = first + part * stride
                    ck_merge_moments(
                        first, first + channels, rows(of: part).lowerBound, next, next + channels,
                        rows(of: part).count, channels)
                }
                finishMoments(first, moments + n * 3 * channels, epsilon)
            }
        }
    }

    /// Merges the moments of the channels of each group, and writes the results for one example.
    private func finishMoments(
        _ mean: UnsafeMutablePointer<Double>, _ own: UnsafeMutablePointer<Real>, _ epsilon: Real
    ) {
        let deviation = mean + channels
        for first in stride(from: 0, to: channels, by: width) {
            for k in 1..<width {
                ck_merge_moments(
                    mean + first, deviation + first, k * rows, mean + first + k, deviation + first + k,
                    rows, 1)
            }
            let variance = deviation[first] / Double(rows * width)
            for k in first..<first + width {
                own[k] = Real(mean[first])
                own[channels + k] = Real(mean[first] - Double(own[k]))
                own[2 * channels + k] = Real(1 / (variance + Double(epsilon)).squareRoot())
            }
        }
    }

    /// Returns the gradient of the input and, for each example, the sums for gamma and beta.
    func backward(_ x: Tensor, _ g: Tensor, _ gamma: Tensor?, _ moments: Tensor) -> (dx: Tensor, sums: Tensor)
    {
        var dx = Tensor(shape: x.shape) { _ in }
        let sums = Tensor(shape: [batch, 2, channels]) { sums in
            guard size > 0 else { return sums.update(repeating: 0, count: batch * 2 * channels) }
            dx.modify { dx in
                Autograd.withElements(x, g, moments) { x, g, moments in
                    Autograd.withElements(gamma) { gamma in
                        Parallel.chunks(batch) { n in
                            gradient(
                                x + n * size, g + n * size, gamma, moments + n * 3 * channels, dx + n * size,
                                sums + n * 2 * channels)
                        }
                    }
                }
            }
        }
        return (dx, sums)
    }

    private func gradient(
        _ x: UnsafePointer<Real>, _ g: UnsafePointer<Real>, _ gamma: UnsafePointer<Real>?,
        _ moments: UnsafePointer<Real>, _ dx: UnsafeMutablePointer<Real>, _ sums: UnsafeMutablePointer<Real>
    ) {
        let (error, scale) = (moments + channels, moments + 2 * channels)
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * channels) { buffer in
            withUnsafeTemporaryAllocation(of: Real.self, capacity: 3 * channels) { factors in
                guard let sum = buffer.baseAddress, let a = factors.baseAddress else { return }
                let product = sum + channels
                let (b, c) = (a + channels, a + 2 * channels)
                let plain = NormActivation.none.code
                ck_column_products(x, g, moments, a, b, rows, channels, plain, sum, product)
                for first in stride(from: 0, to: channels, by: width) {
                    var (ofG, ofProduct) = (0.0, 0.0)
                    for k in first..<first + width {
                        product[k] -= Double(error[k]) * sum[k]
                        sums[k] = Real(product[k] * Double(scale[k]))
                        sums[channels + k] = Real(sum[k])
                        ofG += sum[k] * Double(gamma?[k] ?? 1)
                        ofProduct += product[k] * Double(gamma?[k] ?? 1)
                    }
                    let s = Double(scale[first]), n = Double(rows * width)
                    let slope = -s * s * s * ofProduct / n
                    for k in first..<first + width {
                        a[k] = Real(s * Double(gamma?[k] ?? 1))
                        b[k] = Real(slope)
                        c[k] = Real(-s * ofG / n - slope * Double(error[k]))
                    }
                }
                ck_column_gradient(x, g, moments, a, b, a, b, c, dx, rows, channels, plain, 0)
            }
        }
    }
}
