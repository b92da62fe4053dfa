import CKernels
import Synchronization

/// A trainable tensor: gradients are computed with respect to it, and an optimizer updates it.
public final class Parameter: Sendable {
    let leaf: Node
    /// nil after `quantize`.
    private let stored: Mutex<Tensor?>
    private let frozen = Atomic<Bool>(false)

    /// Creates a parameter with an initial value.
    public init(_ value: Tensor) {
        leaf = Node(leafOfShape: value.shape)
        stored = Mutex(value.detached)
    }

    /// The shape of the value. It never changes.
    public var shape: [Int] { leaf.outputShapes[0] }

    /// The current value, without history. A new value must have the same shape.
    public var value: Tensor {
        get {
            guard let value = stored.withLock({ $0 }) else {
                fail("Parameter: the value was replaced by 8-bit weights")
            }
            return value
        }
        set {
            require(
                newValue.shape == shape,
                "Parameter: a value of shape \(newValue.shape) for a parameter of shape \(shape)")
            stored.withLock { $0 = newValue.detached }
        }
    }

    /// The value as a leaf of the graph. Tensors computed from it have a gradient with respect to this parameter.
    public var tensor: Tensor {
        let value = self.value
        return isFrozen || !isRecording
            ? value : Tensor(shape: value.shape, storage: value.storage, node: leaf)
    }

    /// Whether the parameter is excluded from training. A frozen parameter takes part in the forward pass and gets
    /// no gradient.
    public var isFrozen: Bool {
        get { frozen.load(ordering: .relaxed) }
        set { frozen.store(newValue, ordering: .relaxed) }
    }

    /// Modifies the elements, in place if the storage is not shared and otherwise in a copy. `body` must not access
    /// this parameter.
    public func update(_ body: (UnsafeMutablePointer<Real>) -> Void) {
        stored.withLock { $0?.modify(body) }
    }

    /// Replaces the value, which must not be used again, by 8-bit weights, unless this has been done before.
    package func quantize(to weights: inout QuantizedMatrix?) {
        if weights == nil { weights = QuantizedMatrix(value) }
        stored.withLock { $0 = nil }
    }
}

extension Tensor {
    /// Modifies the elements, in place if the storage is not shared and otherwise in a copy. The result has no
    /// history.
    public mutating func modify(_ body: (UnsafeMutablePointer<Real>) -> Void) {
        if node != nil { self = detached }
        if storage.isBorrowed || !isKnownUniquelyReferenced(&storage) {
            let copy = Storage(count: storage.count)
            copy.pointer.update(from: storage.pointer, count: storage.count)
            storage = copy
        } else {
            storage.willChange()
        }
        withExtendedLifetime(storage) { body(storage.pointer) }
    }
}
