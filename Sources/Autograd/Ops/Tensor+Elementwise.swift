import CKernels

// Elementwise functions. The formulas of each function and its gradient are in CKernels/elementwise.inc.

/// y = f(x).
private typealias UnaryKernel =
    @Sendable @convention(c) (UnsafePointer<Real>?, UnsafeMutablePointer<Real>?, Int) -> Void
/// dx from the cotangent and either x or y, whichever the rule needs.
private typealias UnaryGradient =
    @Sendable @convention(c) (UnsafePointer<Real>?, UnsafePointer<Real>?, UnsafeMutablePointer<Real>?, Int) ->
    Void
/// The same with two scalars besides x.
private typealias UnaryWithKernel =
    @Sendable @convention(c) (UnsafePointer<Real>?, UnsafeMutablePointer<Real>?, Int, Real, Real) -> Void
private typealias UnaryWithGradient =
    @Sendable @convention(c) (
        UnsafePointer<Real>?, UnsafePointer<Real>?, UnsafeMutablePointer<Real>?, Int, Real, Real
    ) -> Void

/// The tensor that the gradient rule needs.
private enum Saved { case input, output }

extension Tensor {
    /// Returns e to the power of each element.
    public func exp() -> Tensor { recordUnary("exp", ck_exp, ck_exp_gradient, .output) }
    /// Returns the natural logarithm: -infinity for 0, NaN for negative elements.
    public func log() -> Tensor { recordUnary("log", ck_log, ck_log_gradient, .input) }
    /// Returns log(1 + x), accurate for small x.
    public func log1p() -> Tensor { recordUnary("log1p", ck_log1p, ck_log1p_gradient, .input) }
    /// Returns the square root: NaN for negative elements.
    public func sqrt() -> Tensor { recordUnary("sqrt", ck_sqrt, ck_sqrt_gradient, .output) }
    /// Returns the reciprocal of the square root.
    public func rsqrt() -> Tensor { recordUnary("rsqrt", ck_rsqrt, ck_rsqrt_gradient, .output) }
    /// Returns the reciprocal.
    public func reciprocal() -> Tensor {
        recordUnary("reciprocal", ck_reciprocal, ck_reciprocal_gradient, .output)
    }
    /// Returns the square.
    public func square() -> Tensor { recordUnary("square", ck_square, ck_square_gradient, .input) }
    /// Returns the absolute value. The gradient at 0 is 0.
    public func abs() -> Tensor { recordUnary("abs", ck_abs, ck_abs_gradient, .input) }
    /// Returns the sine of an angle in radians.
    public func sin() -> Tensor { recordUnary("sin", ck_sin, ck_sin_gradient, .input) }
    /// Returns the cosine of an angle in radians.
    public func cos() -> Tensor { recordUnary("cos", ck_cos, ck_cos_gradient, .input) }
    /// Returns the error function.
    public func erf() -> Tensor { recordUnary("erf", ck_erf, ck_erf_gradient, .input) }
    /// Returns the hyperbolic tangent.
    public func tanh() -> Tensor { recordUnary("tanh", ck_tanh, ck_tanh_gradient, .output) }
    /// Returns the logistic sigmoid, 1 / (1 + e^-x).
    public func sigmoid() -> Tensor { recordUnary("sigmoid", ck_sigmoid, ck_sigmoid_gradient, .output) }
    /// Returns log(sigmoid(x)), finite for every finite x.
    public func logSigmoid() -> Tensor {
        recordUnary("log_sigmoid", ck_log_sigmoid, ck_log_sigmoid_gradient, .input)
    }
    /// Returns max(x, 0). The gradient at 0 is 0.
    public func relu() -> Tensor { recordUnary("relu", ck_relu, ck_relu_gradient, .output) }
    /// Returns x sigmoid(x), also known as swish.
    public func silu() -> Tensor { recordUnary("silu", ck_silu, ck_silu_gradient, .input) }
    /// Returns log(1 + e^x), finite for every finite x.
    public func softplus() -> Tensor { recordUnary("softplus", ck_softplus, ck_softplus_gradient, .input) }

    /// Returns the Gaussian error linear unit, x P(X <= x) for a standard normal X, or its tanh approximation.
    public func gelu(approximate: Bool = false) -> Tensor {
        approximate
            ? recordUnary("gelu_tanh", ck_gelu_tanh, ck_gelu_tanh_gradient, .input)
            : recordUnary("gelu", ck_gelu, ck_gelu_gradient, .input)
    }

    /// Returns x for positive elements and `slope` * x otherwise.
    public func leakyRelu(slope: Real = 0.01) -> Tensor {
        recordUnary("leaky_relu", ck_leaky_relu, ck_leaky_relu_gradient, slope)
    }

    /// Returns x for positive elements and `alpha` (e^x - 1) otherwise.
    public func elu(alpha: Real = 1) -> Tensor { recordUnary("elu", ck_elu, ck_elu_gradient, alpha) }

    /// Clamps each element to `min...max`. The gradient is 0 outside of the bounds. NaN is unchanged.
    public func clipped(min: Real = -.infinity, max: Real = .infinity) -> Tensor {
        require(min <= max, "clip: the lower bound \(min) is above the upper bound \(max)")
        return recordUnary("clip", ck_clip, ck_clip_gradient, min, max)
    }

    /// Raises each element to a constant power. A negative element with a fractional exponent gives NaN.
    public func pow(_ exponent: Real) -> Tensor {
        switch exponent {
        case 2: return square()
        case -1: return reciprocal()
        default: return recordUnary("power", ck_power, ck_power_gradient, exponent)
        }
    }

    /// Returns the sign of each element: -1, 0 or 1. The gradient is 0.
    public func sign() -> Tensor {
        let shape = self.shape
        return record("sign", inputs: [self], output: mapped(ck_sign)) { _, _ in [.zeros(shape)] }
    }

    /// Negates each element.
    public static prefix func - (x: Tensor) -> Tensor {
        record("negate", inputs: [x], output: x.mapped(ck_negate)) { g, _ in [g.mapped(ck_negate)] }
    }

    @inline(__always)
    private func mapped(_ kernel: UnaryKernel) -> Tensor {
        Tensor(shape: shape) { y in
            withElements { x in
                Parallel.elements(count, grain: elementwiseGrain) { range in
                    kernel(x + range.lowerBound, y + range.lowerBound, range.count)
                }
            }
        }
    }

    private func recordUnary(
        _ operation: StaticString, _ kernel: UnaryKernel, _ gradient: @escaping UnaryGradient, _ saved: Saved
    ) -> Tensor {
        let output = mapped(kernel)
        let value = saved == .input ? detached : output
        return record(operation, inputs: [self], output: output) { g, _ in
            let dx = Tensor(shape: g.shape) { dx in
                Autograd.withElements(value, g) { value, cotangent in
                    Parallel.elements(g.count, grain: elementwiseGrain) { range in
                        let at = range.lowerBound
                        gradient(value + at, cotangent + at, dx + at, range.count)
                    }
                }
            }
            return [dx]
        }
    }

    private func recordUnary(
        _ operation: StaticString, _ kernel: UnaryWithKernel, _ gradient: @escaping UnaryWithGradient,
        _ p: Real,
        _ q: Real = 0
    ) -> Tensor {
        let output = Tensor(shape: shape) { y in
            withElements { x in
                Parallel.elements(count, grain: elementwiseGrain) { range in
                    kernel(x + range.lowerBound, y + range.lowerBound, range.count, p, q)
                }
            }
        }
        let value = detached
        return record(operation, inputs: [self], output: output) { g, _ in
            let dx = Tensor(shape: g.shape) { dx in
                Autograd.withElements(value, g) { value, cotangent in
                    Parallel.elements(g.count, grain: elementwiseGrain) { range in
                        let at = range.lowerBound
                        gradient(value + at, cotangent + at, dx + at, range.count, p, q)
                    }
                }
            }
            return [dx]
        }
    }
}
