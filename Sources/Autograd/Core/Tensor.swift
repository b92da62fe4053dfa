import CKernels

/// An immutable array of numbers with a shape, and where it came from when gradients are recorded.
///
/// Elements are contiguous, the last axis running fastest. Sequences are [batch, time, channels], pictures
/// [batch, height, width, channels].
public struct Tensor: Sendable {
    /// The size along each axis; [] for a scalar.
    public let shape: [Int]
    var storage: Storage
    /// The operation that made this tensor, nil where nothing is recorded.
    let node: Node?
    /// Which output of `node` this is.
    let output: Int

    init(shape: [Int], storage: Storage, node: Node? = nil, output: Int = 0) {
        self.shape = shape
        self.storage = storage
        self.node = node
        self.output = output
    }

    /// The number of elements.
    public var count: Int { storage.count }

    /// The number of axes.
    public var rank: Int { shape.count }

    /// Whether operations on this tensor are recorded for `backward`.
    public var isTracked: Bool { node != nil }

    /// The same elements without their history: no gradient flows through.
    public var detached: Tensor { node == nil ? self : Tensor(shape: shape, storage: storage) }

    /// A tensor whose elements `fill` writes, all of them. The way to make the result of an operation of one's own.
    @inline(__always)
    public init(shape: [Int], fill: (UnsafeMutablePointer<Real>) -> Void) {
        let storage = Storage(count: shape.elementCount)
        withExtendedLifetime(storage) { fill(storage.pointer) }
        self.init(shape: shape, storage: storage)
    }

    /// Calls `body` with the elements. The pointer is valid only during the call.
    @inline(__always)
    public func withElements<R>(_ body: (UnsafePointer<Real>) throws -> R) rethrows -> R {
        try withExtendedLifetime(storage) { try body(UnsafePointer(storage.pointer)) }
    }

    /// The elements in row-major order.
    public var array: [Real] {
        withElements { Array(UnsafeBufferPointer(start: $0, count: count)) }
    }

    /// The only element.
    public func item() -> Real {
        require(count == 1, "item: a tensor of shape \(shape) has \(count) elements, not one")
        return withElements { $0[0] }
    }

    /// The element at the given index; negative counts from the end.
    public func item(at index: Int...) -> Real {
        require(index.count == rank, "item: index \(index) for shape \(shape)")
        var offset = 0
        for (i, size) in zip(index, shape) {
            let resolved = i < 0 ? i + size : i
            require(resolved >= 0 && resolved < size, "item: index \(index) is outside shape \(shape)")
            offset = offset * size + resolved
        }
        return withElements { $0[offset] }
    }
}

/// Calls `body` with the elements of two tensors.
@inline(__always)
public func withElements<R>(
    _ a: Tensor, _ b: Tensor, _ body: (UnsafePointer<Real>, UnsafePointer<Real>) throws -> R
) rethrows -> R {
    try a.withElements { a in try b.withElements { b in try body(a, b) } }
}

/// Calls `body` with the elements of three tensors.
@inline(__always)
public func withElements<R>(
    _ a: Tensor, _ b: Tensor, _ c: Tensor,
    _ body: (UnsafePointer<Real>, UnsafePointer<Real>, UnsafePointer<Real>) throws -> R
) rethrows -> R {
    try a.withElements { a in try b.withElements { b in try c.withElements { c in try body(a, b, c) } } }
}

/// Calls `body` with the elements of four tensors.
@inline(__always)
public func withElements<R>(
    _ a: Tensor, _ b: Tensor, _ c: Tensor, _ d: Tensor,
    _ body: (UnsafePointer<Real>, UnsafePointer<Real>, UnsafePointer<Real>, UnsafePointer<Real>) throws -> R
) rethrows -> R {
    try withElements(a, b) { a, b in try withElements(c, d) { c, d in try body(a, b, c, d) } }
}

/// Calls `body` with the elements of a tensor that may be absent.
@inline(__always)
public func withElements<R>(_ a: Tensor?, _ body: (UnsafePointer<Real>?) throws -> R) rethrows -> R {
    guard let a else { return try body(nil) }
    return try a.withElements { try body($0) }
}
