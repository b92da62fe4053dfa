import CKernels

extension Tensor {
    /// Returns the softmax along an axis: exp(x) / sum(exp(x)). If every element is -infinity, the result is 0, not
    /// NaN.
    public func softmax(axis: Int = -1) -> Tensor {
        let axis = shape.axis(axis, "softmax")
        let y = slices(axis) { x, y, outer, size, inner in ck_softmax(x, y, outer, size, inner) }
        return record("softmax", inputs: [self], output: y) { g, _ in
            [y.slices(axis, g, ck_softmax_gradient)]
        }
    }

    /// Returns the logarithm of the softmax along an axis. If every element is -infinity, so is the result.
    public func logSoftmax(axis: Int = -1) -> Tensor {
        let axis = shape.axis(axis, "logSoftmax")
        let y = slices(axis) { x, y, outer, size, inner in ck_log_softmax(x, y, outer, size, inner) }
        return record("log_softmax", inputs: [self], output: y) { g, _ in
            [y.slices(axis, g, ck_log_softmax_gradient)]
        }
    }

    /// Returns log(sum(exp(x))) along an axis without overflow. The result is -infinity for an empty axis. If every
    /// element of a slice is -infinity, its gradient is 0.
    public func logSumExp(axis: Int = -1, keepDims: Bool = false) -> Tensor {
        let axis = shape.axis(axis, "logSumExp")
        let view = AxisView(shape, axis: axis)
        let (size, inner) = (view.size, view.inner)
        let grain = Swift.max(1, 32768 / Swift.max(size * inner, 1))
        let x = detached
        let value = Tensor(shape: shape.reduced(over: [axis], keepDims: keepDims)) { y in
            withElements { x in
                Parallel.elements(view.outer, grain: grain) { range in
                    let at = range.lowerBound * inner
                    ck_logsumexp(x + at * size, y + at, range.count, size, inner)
                }
            }
        }
        return record("log_sum_exp", inputs: [self], output: value) { g, _ in
            let dx = Tensor(shape: x.shape) { dx in
                Autograd.withElements(x, g) { x, g in
                    Parallel.elements(view.outer, grain: grain) { range in
                        let at = range.lowerBound * inner
                        ck_logsumexp_gradient(x + at * size, g + at, dx + at * size, range.count, size, inner)
                    }
                }
            }
            return [dx]
        }
    }

    /// Calls a gradient kernel with this tensor, a cotangent of the same shape, and the result.
    private func slices(
        _ axis: Int, _ cotangent: Tensor,
        _ kernel:
            @convention(c) (
                UnsafePointer<Real>?, UnsafePointer<Real>?, UnsafeMutablePointer<Real>?, Int, Int, Int
            ) -> Void
    ) -> Tensor {
        withElements { y in
            cotangent.withElements { g in
                slices(axis) { source, dx, outer, size, inner in
                    kernel(source, g + (source - y), dx, outer, size, inner)
                }
            }
        }
    }
}
