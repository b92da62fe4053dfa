import CKernels

// Binary operations with NumPy's broadcasting. The gradient of a broadcast operand is summed over the repetitions
// by `sum(to:)`.

/// Returns the elementwise sum. Shapes broadcast.
public func + (a: Tensor, b: Tensor) -> Tensor {
    let (sa, sb) = (a.shape, b.shape)
    return record("add", inputs: [a, b], output: broadcasting("add", a, b, ck_add)) { g, wanted in
        [wanted[0] ? g.sum(to: sa) : nil, wanted[1] ? g.sum(to: sb) : nil]
    }
}

/// Returns the elementwise difference. Shapes broadcast.
public func - (a: Tensor, b: Tensor) -> Tensor {
    let (sa, sb) = (a.shape, b.shape)
    return record("subtract", inputs: [a, b], output: broadcasting("subtract", a, b, ck_subtract)) {
        g, wanted in
        [wanted[0] ? g.sum(to: sa) : nil, wanted[1] ? -g.sum(to: sb) : nil]
    }
}

/// Returns the elementwise product. Shapes broadcast.
public func * (a: Tensor, b: Tensor) -> Tensor {
    let (va, vb) = (a.detached, b.detached)
    return record("multiply", inputs: [a, b], output: broadcasting("multiply", a, b, ck_multiply)) {
        g, wanted in
        [
            wanted[0] ? broadcasting("multiply", g, vb, ck_multiply).sum(to: va.shape) : nil,
            wanted[1] ? broadcasting("multiply", g, va, ck_multiply).sum(to: vb.shape) : nil,
        ]
    }
}

/// Returns the elementwise quotient. Shapes broadcast.
public func / (a: Tensor, b: Tensor) -> Tensor {
    let (va, vb) = (a.detached, b.detached)
    return record("divide", inputs: [a, b], output: broadcasting("divide", a, b, ck_divide)) { g, wanted in
        [
            wanted[0] ? broadcasting("divide", g, vb, ck_divide).sum(to: va.shape) : nil,
            wanted[1] ? broadcasting("divide", va, vb, g, ck_divide_gradient).sum(to: vb.shape) : nil,
        ]
    }
}

/// Raises `base` to the power of `exponent`, elementwise. Shapes broadcast.
///
/// A negative base with a fractional exponent gives NaN. The gradient with respect to the exponent is 0 if the base
/// is 0 and the exponent is not negative.
public func pow(_ base: Tensor, _ exponent: Tensor) -> Tensor {
    let (a, b) = (base.detached, exponent.detached)
    return record("pow", inputs: [base, exponent], output: broadcasting("pow", a, b, ck_pow)) { g, wanted in
        [
            wanted[0] ? broadcasting("pow", a, b, g, ck_pow_gradient_base).sum(to: a.shape) : nil,
            wanted[1] ? broadcasting("pow", a, b, g, ck_pow_gradient_exponent).sum(to: b.shape) : nil,
        ]
    }
}

/// Returns the elementwise maximum. Shapes broadcast and NaN propagates. For equal elements, each gets half of the
/// gradient.
public func maximum(_ a: Tensor, _ b: Tensor) -> Tensor {
    let (va, vb) = (a.detached, b.detached)
    return record("maximum", inputs: [a, b], output: broadcasting("maximum", a, b, ck_maximum)) { g, wanted in
        [
            wanted[0] ? broadcasting("maximum", va, vb, g, ck_maximum_gradient).sum(to: va.shape) : nil,
            wanted[1] ? broadcasting("maximum", vb, va, g, ck_maximum_gradient).sum(to: vb.shape) : nil,
        ]
    }
}

/// Returns the elementwise minimum. Shapes broadcast and NaN propagates. For equal elements, each gets half of the
/// gradient.
public func minimum(_ a: Tensor, _ b: Tensor) -> Tensor {
    let (va, vb) = (a.detached, b.detached)
    return record("minimum", inputs: [a, b], output: broadcasting("minimum", a, b, ck_minimum)) { g, wanted in
        [
            wanted[0] ? broadcasting("minimum", va, vb, g, ck_minimum_gradient).sum(to: va.shape) : nil,
            wanted[1] ? broadcasting("minimum", vb, va, g, ck_minimum_gradient).sum(to: vb.shape) : nil,
        ]
    }
}

// MARK: - Scalar operands

/// Adds a scalar.
public func + (a: Tensor, b: Real) -> Tensor { a + Tensor(b) }
/// Adds a scalar.
public func + (a: Real, b: Tensor) -> Tensor { Tensor(a) + b }
/// Subtracts a scalar.
public func - (a: Tensor, b: Real) -> Tensor { a - Tensor(b) }
/// Subtracts each element from a scalar.
public func - (a: Real, b: Tensor) -> Tensor { Tensor(a) - b }
/// Multiplies by a scalar.
public func * (a: Tensor, b: Real) -> Tensor { a * Tensor(b) }
/// Multiplies by a scalar.
public func * (a: Real, b: Tensor) -> Tensor { Tensor(a) * b }
/// Divides by a scalar.
public func / (a: Tensor, b: Real) -> Tensor { a / Tensor(b) }
/// Divides a scalar by each element.
public func / (a: Real, b: Tensor) -> Tensor { Tensor(a) / b }
/// Raises a scalar to the power of each element.
public func pow(_ base: Real, _ exponent: Tensor) -> Tensor { pow(Tensor(base), exponent) }
/// Returns the maximum of each element and a scalar.
public func maximum(_ a: Tensor, _ b: Real) -> Tensor { maximum(a, Tensor(b)) }
/// Returns the maximum of each element and a scalar.
public func maximum(_ a: Real, _ b: Tensor) -> Tensor { maximum(Tensor(a), b) }
/// Returns the minimum of each element and a scalar.
public func minimum(_ a: Tensor, _ b: Real) -> Tensor { minimum(a, Tensor(b)) }
/// Returns the minimum of each element and a scalar.
public func minimum(_ a: Real, _ b: Tensor) -> Tensor { minimum(Tensor(a), b) }

// MARK: - Compound assignment: in place if the storage is not shared and nothing is recorded

extension Tensor {
    /// Adds `b`, which is broadcast with this tensor.
    public static func += (a: inout Tensor, b: Tensor) {
        if !a.updated(with: b, ck_add) { a = a + b }
    }
    /// Subtracts `b`.
    public static func -= (a: inout Tensor, b: Tensor) {
        if !a.updated(with: b, ck_subtract) { a = a - b }
    }
    /// Multiplies by `b`.
    public static func *= (a: inout Tensor, b: Tensor) {
        if !a.updated(with: b, ck_multiply) { a = a * b }
    }
    /// Divides by `b`.
    public static func /= (a: inout Tensor, b: Tensor) {
        if !a.updated(with: b, ck_divide) { a = a / b }
    }
    /// Adds a scalar.
    public static func += (a: inout Tensor, b: Real) { a += Tensor(b) }
    /// Subtracts a scalar.
    public static func -= (a: inout Tensor, b: Real) { a -= Tensor(b) }
    /// Multiplies by a scalar.
    public static func *= (a: inout Tensor, b: Real) { a *= Tensor(b) }
    /// Divides by a scalar.
    public static func /= (a: inout Tensor, b: Real) { a /= Tensor(b) }

    private mutating func updated(with b: Tensor, _ kernel: BinaryKernel) -> Bool {
        let isRecorded = (node != nil || b.node != nil) && isRecording
        guard !isRecorded, !storage.isBorrowed, shape == b.shape || shape.broadcast(with: b.shape) == shape,
            isKnownUniquelyReferenced(&storage)
        else { return false }
        let a = detached
        storage.willChange()
        b.withElements { pb in
            broadcasting(kernel, a, UnsafePointer(a.storage.pointer), b, pb, shape, a.storage.pointer)
        }
        self = a
        return true
    }
}
