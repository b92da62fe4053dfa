import CKernels
import Synchronization

/// A tensor that gradients are taken with respect to, and that an optimiser changes.
public final class Parameter: Sendable {
    let leaf: Node
    private let stored: Mutex<Tensor>
    private let frozen = Atomic<Bool>(false)

    /// A parameter that starts with `value`.
    public init(_ value: Tensor) {
        leaf = Node(leafOfShape: value.shape)
        stored = Mutex(value.detached)
    }

    /// The shape of the value, which never changes.
    public var shape: [Int] { leaf.outputShapes[0] }

    /// The elements now, without history. A new value must have the same shape.
    public var value: Tensor {
        get { stored.withLock { $0 } }
        set {
            require(
                newValue.shape == shape,
                "Parameter: a value of shape \(newValue.shape) for a parameter of shape \(shape)")
            stored.withLock { $0 = newValue.detached }
        }
    }

    /// The elements as the start of a graph: what is computed from this has a gradient for this parameter.
    public var tensor: Tensor {
        let value = self.value
        return isFrozen || !isRecording
            ? value : Tensor(shape: value.shape, storage: value.storage, node: leaf)
    }

    /// A frozen parameter takes part in computation and gets no gradient.
    public var isFrozen: Bool {
        get { frozen.load(ordering: .relaxed) }
        set { frozen.store(newValue, ordering: .relaxed) }
    }

    /// Changes the elements in place where nobody else holds them, in a copy otherwise. `body` must not use this
    /// parameter itself.
    public func update(_ body: (UnsafeMutablePointer<Real>) -> Void) {
        stored.withLock { $0.modify(body) }
    }
}

extension Tensor {
    /// Changes the elements: in place where this is the only holder of them, in a copy otherwise. The result has
    /// no history.
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
