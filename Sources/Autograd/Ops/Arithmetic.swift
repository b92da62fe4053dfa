import CKernels

// Operations of two tensors, with NumPy's broadcasting. The gradient of an operand that was repeated is summed over
// the repetitions by `sum(to:)`.

/// The elementwise sum; shapes broadcast.
public func + (a: Tensor, b: Tensor) -> Tensor {
    let (sa, sb) = (a.shape, b.shape)
    return record("add", inputs: [a, b], output: broadcasting("add", a, b, ck_add)) { g, wanted in
        [wanted[0] ? g.sum(to: sa) : nil, wanted[1] ? g.sum(to: sb) : nil]
    }
}

/// The elementwise difference; shapes broadcast.
public func - (a: Tensor, b: Tensor) -> Tensor {
    let (sa, sb) = (a.shape, b.shape)
    return record("subtract", inputs: [a, b], output: broadcasting("subtract", a, b, ck_subtract)) {
        g, wanted in
        [wanted[0] ? g.sum(to: sa) : nil, wanted[1] ? -g.sum(to: sb) : nil]
    }
}

/// The elementwise product; shapes broadcast.
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

/// The elementwise quotient; shapes broadcast.
public func / (a: Tensor, b: Tensor) -> Tensor {
    let (va, vb) = (a.detached, b.detached)
    return record("divide", inputs: [a, b], output: broadcasting("divide", a, b, ck_divide)) { g, wanted in
        [
            wanted[0] ? broadcasting("divide", g, vb, ck_divide).sum(to: va.shape) : nil,
            wanted[1] ? broadcasting("divide", va, vb, g, ck_divide_gradient).sum(to: vb.shape) : nil,
        ]
    }
}

/// `base` to the power of `exponent`, elementwise; shapes broadcast.
///
/// A negative base with a fractional exponent gives NaN. The gradient for the exponent is 0 where the base is 0 and
/// the exponent is not negative.
public func pow(_ base: Tensor, _ exponent: Tensor) -> Tensor {
    let (a, b) = (base.detached, exponent.detached)
    return record("pow", inputs: [base, exponent], output: broadcasting("pow", a, b, ck_pow)) { g, wanted in
        [
            wanted[0] ? broadcasting("pow", a, b, g, ck_pow_gradient_base).sum(to: a.shape) : nil,
            wanted[1] ? broadcasting("pow", a, b, g, ck_pow_gradient_exponent).sum(to: b.shape) : nil,
        ]
    }
}

/// The larger of two elements; shapes broadcast. NaN wins. Where the elements are equal, each gets half the gradient.
public func maximum(_ a: Tensor, _ b: Tensor) -> Tensor {
    let (va, vb) = (a.detached, b.detached)
    return record("maximum", inputs: [a, b], output: broadcasting("maximum", a, b, ck_maximum)) { g, wanted in
        [
            wanted[0] ? broadcasting("maximum", va, vb, g, ck_maximum_gradient).sum(to: va.shape) : nil,
            wanted[1] ? broadcasting("maximum", vb, va, g, ck_maximum_gradient).sum(to: vb.shape) : nil,
        ]
    }
}

/// The smaller of two elements; shapes broadcast. NaN wins. Where the elements are equal, each gets half the gradient.
public func minimum(_ a: Tensor, _ b: Tensor) -> Tensor {
    let (va, vb) = (a.detached, b.detached)
    return record("minimum", inputs: [a, b], output: broadcasting("minimum", a, b, ck_minimum)) { g, wanted in
        [
            wanted[0] ? broadcasting("minimum", va, vb, g, ck_minimum_gradient).sum(to: va.shape) : nil,
            wanted[1] ? broadcasting("minimum", vb, va, g, ck_minimum_gradient).sum(to: vb.shape) : nil,
        ]
    }
}

// MARK: - With a number on one side

/// The sum with a number.
public func + (a: Tensor, b: Real) -> Tensor { a + Tensor(b) }
/// The sum with a number.
public func + (a: Real, b: Tensor) -> Tensor { Tensor(a) + b }
/// The difference to a number.
public func - (a: Tensor, b: Real) -> Tensor { a - Tensor(b) }
/// The difference of a number and each element.
public func - (a: Real, b: Tensor) -> Tensor { Tensor(a) - b }
/// The product with a number.
public func * (a: Tensor, b: Real) -> Tensor { a * Tensor(b) }
/// The product with a number.
public func * (a: Real, b: Tensor) -> Tensor { Tensor(a) * b }
/// The quotient by a number.
public func / (a: Tensor, b: Real) -> Tensor { a / Tensor(b) }
/// A number divided by each element.
public func / (a: Real, b: Tensor) -> Tensor { Tensor(a) / b }
/// A number to the power of each element.
public func pow(_ base: Real, _ exponent: Tensor) -> Tensor { pow(Tensor(base), exponent) }
/// The larger of each element and a number.
public func maximum(_ a: Tensor, _ b: Real) -> Tensor { maximum(a, Tensor(b)) }
/// The larger of each element and a number.
public func maximum(_ a: Real, _ b: Tensor) -> Tensor { maximum(Tensor(a), b) }
/// The smaller of each element and a number.
public func minimum(_ a: Tensor, _ b: Real) -> Tensor { minimum(a, Tensor(b)) }
/// The smaller of each element and a number.
public func minimum(_ a: Real, _ b: Tensor) -> Tensor { minimum(Tensor(a), b) }

// MARK: - Compound assignment: in place where nobody else holds the elements and nothing is recorded

extension Tensor {
    /// Adds `b`, which broadcasts to this shape or widens it.
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
    /// Adds a number.
    public static func += (a: inout Tensor, b: Real) { a += Tensor(b) }
    /// Subtracts a number.
    public static func -= (a: inout Tensor, b: Real) { a -= Tensor(b) }
    /// Multiplies by a number.
    public static func *= (a: inout Tensor, b: Real) { a *= Tensor(b) }
    /// Divides by a number.
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
