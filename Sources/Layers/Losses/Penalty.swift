import Autograd

/// A weight penalty that is added to the loss: l1 sum |w| + l2 sum w^2.
public struct Penalty: Sendable {
    /// The penalized weights.
    public let parameter: Parameter
    /// The factors of the L1 and the L2 penalty.
    public let l1: Double, l2: Double

    /// Creates a penalty.
    public init(_ parameter: Parameter, l1: Double = 0, l2: Double = 0) {
        self.parameter = parameter
        self.l1 = l1
        self.l2 = l2
    }
}

extension Layer {
    /// Returns the sum of the penalties of this layer and its sublayers; nil if there are none.
    public func penalty() -> Tensor? {
        var total: Tensor?
        for penalty in allPenalties {
            let weights = penalty.parameter.tensor
            if penalty.l1 > 0 { total.add(weights.abs().sum() * Real(penalty.l1)) }
            if penalty.l2 > 0 { total.add(weights.square().sum() * Real(penalty.l2)) }
        }
        return total
    }

    /// Returns the gradients of a loss plus the penalties, and the value of the penalties.
    public func gradients(of loss: Tensor) -> (gradients: Gradients, penalty: Double) {
        let penalty = penalty()
        return ((penalty.map { loss + $0 } ?? loss).backward(), Double(penalty?.item() ?? 0))
    }
}

extension Tensor? {
    fileprivate mutating func add(_ other: Tensor) { self = map { $0 + other } ?? other }
}
