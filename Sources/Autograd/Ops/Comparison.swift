import CKernels

// Comparisons give tensors of 1 (true) and 0 (false) and have no gradient. Shapes broadcast.

/// 1 where the elements are equal.
public func equal(_ a: Tensor, _ b: Tensor) -> Tensor { broadcasting("equal", a, b, ck_equal) }
/// 1 where the elements differ; NaN differs from everything.
public func notEqual(_ a: Tensor, _ b: Tensor) -> Tensor { broadcasting("notEqual", a, b, ck_not_equal) }
/// 1 where a < b.
public func less(_ a: Tensor, _ b: Tensor) -> Tensor { broadcasting("less", a, b, ck_less) }
/// 1 where a <= b.
public func lessOrEqual(_ a: Tensor, _ b: Tensor) -> Tensor {
    broadcasting("lessOrEqual", a, b, ck_less_equal)
}
/// 1 where a > b.
public func greater(_ a: Tensor, _ b: Tensor) -> Tensor { broadcasting("greater", a, b, ck_greater) }
/// 1 where a >= b.
public func greaterOrEqual(_ a: Tensor, _ b: Tensor) -> Tensor {
    broadcasting("greaterOrEqual", a, b, ck_greater_equal)
}

/// 1 where an element equals a number.
public func equal(_ a: Tensor, _ b: Real) -> Tensor { equal(a, Tensor(b)) }
/// 1 where an element differs from a number.
public func notEqual(_ a: Tensor, _ b: Real) -> Tensor { notEqual(a, Tensor(b)) }
/// 1 where an element is below a number.
public func less(_ a: Tensor, _ b: Real) -> Tensor { less(a, Tensor(b)) }
/// 1 where an element is at most a number.
public func lessOrEqual(_ a: Tensor, _ b: Real) -> Tensor { lessOrEqual(a, Tensor(b)) }
/// 1 where an element is above a number.
public func greater(_ a: Tensor, _ b: Real) -> Tensor { greater(a, Tensor(b)) }
/// 1 where an element is at least a number.
public func greaterOrEqual(_ a: Tensor, _ b: Real) -> Tensor { greaterOrEqual(a, Tensor(b)) }

/// The element of `a` where `mask` is not 0, else that of `b`; shapes broadcast. The gradient goes to the chosen one;
/// the mask has none.
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

/// The element of `a` where `mask` is not 0, else a number.
public func choose(_ mask: Tensor, _ a: Tensor, _ b: Real) -> Tensor { choose(mask, a, Tensor(b)) }
/// A number where `mask` is not 0, else the element of `b`.
public func choose(_ mask: Tensor, _ a: Real, _ b: Tensor) -> Tensor { choose(mask, Tensor(a), b) }
