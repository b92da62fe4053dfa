import CKernels

// Comparisons return tensors of 1 (true) and 0 (false) and have no gradient. Shapes broadcast.

/// Returns 1 where the elements are equal, else 0.
public func equal(_ a: Tensor, _ b: Tensor) -> Tensor { broadcasting("equal", a, b, ck_equal) }
/// Returns 1 where the elements differ, else 0. NaN differs from everything.
public func notEqual(_ a: Tensor, _ b: Tensor) -> Tensor { broadcasting("notEqual", a, b, ck_not_equal) }
/// Returns 1 where a < b, else 0.
public func less(_ a: Tensor, _ b: Tensor) -> Tensor { broadcasting("less", a, b, ck_less) }
/// Returns 1 where a <= b, else 0.
public func lessOrEqual(_ a: Tensor, _ b: Tensor) -> Tensor {
    broadcasting("lessOrEqual", a, b, ck_less_equal)
}
/// Returns 1 where a > b, else 0.
public func greater(_ a: Tensor, _ b: Tensor) -> Tensor { broadcasting("greater", a, b, ck_greater) }
/// Returns 1 where a >= b, else 0.
public func greaterOrEqual(_ a: Tensor, _ b: Tensor) -> Tensor {
    broadcasting("greaterOrEqual", a, b, ck_greater_equal)
}

/// Returns 1 where an element equals a scalar, else 0.
public func equal(_ a: Tensor, _ b: Real) -> Tensor { equal(a, Tensor(b)) }
/// Returns 1 where an element differs from a scalar, else 0.
public func notEqual(_ a: Tensor, _ b: Real) -> Tensor { notEqual(a, Tensor(b)) }
/// Returns 1 where an element is less than a scalar, else 0.
public func less(_ a: Tensor, _ b: Real) -> Tensor { less(a, Tensor(b)) }
/// Returns 1 where an element is at most a scalar, else 0.
public func lessOrEqual(_ a: Tensor, _ b: Real) -> Tensor { lessOrEqual(a, Tensor(b)) }
/// Returns 1 where an element is greater than a scalar, else 0.
public func greater(_ a: Tensor, _ b: Real) -> Tensor { greater(a, Tensor(b)) }
/// Returns 1 where an element is at least a scalar, else 0.
public func greaterOrEqual(_ a: Tensor, _ b: Real) -> Tensor { greaterOrEqual(a, Tensor(b)) }

/// Selects the element of `a` where `mask` is nonzero and the element of `b` elsewhere. Shapes broadcast. The
/// gradient flows to the selected elements; the mask has none.
public func choose(_ mask: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
    let condition = mask.detached
    let (sa, sb) = (a.shape, b.shape)
    return record("choose", inputs: [a, b], output: broadcasting("choose", mask, a, b, ck_choose)) {
        g, wanted in
        let zero = Tensor(0)
        return [
            wanted[0] ? broadcasting("choose", condition, g, zero, ck_choose).sum(to: sa) : nil,
            wanted[1] ? broadcasting("choose", condition, zero, g, ck_choose).sum(to: sb) : nil,
        ]
    }
}

/// Selects the element of `a` where `mask` is nonzero and a scalar elsewhere.
public func choose(_ mask: Tensor, _ a: Tensor, _ b: Real) -> Tensor { choose(mask, a, Tensor(b)) }
/// Selects a scalar where `mask` is nonzero and the element of `b` elsewhere.
public func choose(_ mask: Tensor, _ a: Real, _ b: Tensor) -> Tensor { choose(mask, Tensor(a), b) }
