/// The state of a running projection.
public struct ProjectionProgress: Sendable, Equatable {
    /// The number of iterations or epochs done.
    public var done: Int
    /// The number of iterations or epochs planned.
    public var total: Int
    /// The current loss; nil if the method does not compute one.
    public var loss: Double?

    /// Creates a state.
    public init(done: Int, total: Int, loss: Double? = nil) {
        (self.done, self.total, self.loss) = (done, total, loss)
    }
}
