import Autograd
import Synchronization

/// A tensor that is saved with the model but not trained, such as running statistics.
public final class Buffer: Sendable {
    private let stored: Mutex<(value: Tensor, isAssigned: Bool)>
    /// The shape, which never changes.
    public let shape: [Int]

    /// Creates a buffer from the elements of a tensor, detached from its computation graph.
    public init(_ value: Tensor) {
        shape = value.shape
        stored = Mutex((value.detached, false))
    }

    /// The current value. A new value must have the same shape.
    public var value: Tensor {
        get { stored.withLock { $0.value } }
        set {
            require(
                newValue.shape == shape,
                "Buffer: a value of shape \(newValue.shape) for a buffer of shape \(shape)")
            stored.withLock { $0 = (newValue.detached, true) }
        }
    }

    /// Whether a value was assigned after the buffer was created, for example by fitting or by loading weights.
    public var isAssigned: Bool { stored.withLock { $0.isAssigned } }
}
