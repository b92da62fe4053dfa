import Autograd

/// The state that an optimizer keeps for one parameter.
public struct ParameterState {
    let start: UnsafeMutablePointer<Real>
    let stride: Int

    /// Accesses the elements of a slot by its index in `slots`.
    public subscript(slot: Int) -> UnsafeMutablePointer<Real> { start + slot * stride }
}

/// The values that a step of one parameter depends on.
public struct ParameterStep: Sendable {
    /// The number of the step of this parameter, starting at 1.
    public let number: Int
    /// The learning rate times the factor of the parameter group.
    public let learningRate: Double
    let decay: Decay

    /// The coupled weight decay: the factor of the parameter that is added to the gradient.
    public var pull: Double { decay.pull }
    /// The decoupled weight decay: the factor of the parameter that is subtracted from it.
    public var shrink: Double { decay.shrink }
}
