import CKernels

/// Applies layer normalization: normalizes by the mean and variance over the last `axes` axes, then scales by
/// `gamma` and shifts by `beta`, each in the shape of these axes.
public func layerNorm(
    _ x: Tensor, gamma: Tensor? = nil, beta: Tensor? = nil, axes: Int = 1, epsilon: Real = 1e-5
) -> Tensor {
    require(
        axes >= 1 && axes <= x.rank, "layer_norm: the last \(axes) axes of an input of shape \(x.shape)")
    let inner = Array(x.shape.suffix(axes))
    checkAffine("layer_norm", x, gamma, beta, inner)
    let rows = RowNorm(count: x.shape.dropLast(axes).reduce(1, *), width: inner.elementCount)
    let (value, factor) = (x.detached, gamma?.detached)
    let (y, moments) = rows.forward(value, factor, beta, epsilon)
    return record("layer_norm", inputs: [x] + [gamma, beta].compactMap { $0 }, output: y) { g, wanted in
        let sumsWanted = factor != nil && wanted[1] || beta != nil && wanted[factor == nil ? 1 : 2]
        let (dx, dgamma, dbeta) = rows.backward(
            value, g, factor, moments, inner, dxWanted: wanted[0], sumsWanted: sumsWanted)
        return [dx] + (factor == nil ? [] : [dgamma]) + (beta == nil ? [] : [dbeta])
    }
}

/// Rows that are normalized independently, processed in chunks.
private struct RowNorm {
    let count: Int, width: Int
    private var grain: Int { Swift.min(512, Swift.max(1, 32768 / Swift.max(width, 1))) }
    private var chunks: Int { width == 0 ? 0 : (count + grain - 1) / grain }

    init(count: Int, width: Int) {
        self.count = count
        self.width = width
    }

    /// Returns the output and three values per row, saved for the backward pass.
    func forward(_ x: Tensor, _ gamma: Tensor?, _ beta: Tensor?, _ epsilon: Real) -> (
        y: Tensor, moments: Tensor
    ) {
        var y = Tensor(shape: x.shape) { _ in }
        let moments = Tensor(shape: [count, 3]) { moments in
            y.modify { y in
                Autograd.withElements(gamma) { gamma in
                    Autograd.withElements(beta) { beta in
                        x.withElements { x in
                            Parallel.chunks(chunks) { chunk in
                                let row = chunk * grain
                                ck_row_norm(
                                    x + row * width, gamma, beta, y + row * width, moments + 3 * row,
                                    Swift.min(grain, count - row), width, Double(epsilon))
                            }
                        }
                    }
                }
            }
        }
        return (y, moments)
    }

    func backward(
        _ x: Tensor, _ g: Tensor, _ gamma: Tensor?, _ moments: Tensor, _ inner: [Int], dxWanted: Bool,
        sumsWanted: Bool
    ) -> (dx: Tensor?, dgamma: Tensor?, dbeta: Tensor?) {
        var dx = dxWanted ? Tensor(shape: x.shape) { _ in } : nil
        // The sums of each chunk, gamma's followed by beta's.
        let sums = Tensor(shape: [sumsWanted ? chunks : 0, 2, width]) { sums in
            if sumsWanted { sums.update(repeating: 0, count: chunks * 2 * width) }
            func run(_ dx: UnsafeMutablePointer<Real>?) {
                Autograd.withElements(x, g, moments) { x, g, moments in
                    Autograd.withElements(gamma) { gamma in
                        Parallel.chunks(chunks) { chunk in
                            let row = chunk * grain, at = row * width
                            let own = sumsWanted ? sums + chunk * 2 * width : nil
                            ck_row_norm_gradient(
                                x + at, g + at, gamma, moments + 3 * row, dx.map { $0 + at }, own,
                                own.map { $0 + width }, Swift.min(grain, count - row), width)
                        }
                    }
                }
            }
            if dxWanted { dx?.modify { run($0) } } else { run(nil) }
        }
        guard sumsWanted else { return (dx, nil, nil) }
        let total = sums.sum(axes: [0])
        func part(_ index: Int) -> Tensor {
            Tensor(shape: inner) { p in
                total.withElements { p.update(from: $0 + index * width, count: width) }
            }
        }
        return (dx, part(0), part(1))
    }
}
