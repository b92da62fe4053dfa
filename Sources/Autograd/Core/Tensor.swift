import CKernels

/// An immutable n-dimensional array, with its history if gradients are recorded.
///
/// Elements are contiguous in row-major order. Sequences are [batch, time, channels], images are [batch, height,
/// width, channels].
public struct Tensor: Sendable {
    /// The size of each axis; [] for a scalar.
    public let shape: [Int]
    var storage: Storage
    /// The operation that produced this tensor, or nil if it was not recorded.
    let node: Node?
    /// The index of this tensor among the outputs of `node`.
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

    /// Whether operations on this tensor are recorded for the backward pass.
    public var isTracked: Bool { node != nil }

    /// The same elements without history. No gradient flows through the result.
    public var detached: Tensor { node == nil ? self : Tensor(shape: shape, storage: storage) }

    /// Creates a tensor whose elements `fill` writes. `fill` must write all of them. Use this to compute the result
    /// of a custom operation.
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

    /// Returns the only element.
    public func item() -> Real {
        require(
            count == 1,
            "item: expected a tensor with one element, found shape \(shape) with \(count) elements")
        return withElements { $0[0] }
    }

    /// Returns the element at the given index. Negative indices count from the end.
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

/// Calls `body` with the elements of an optional tensor.
@inline(__always)
public func withElements<R>(_ a: Tensor?, _ body: (UnsafePointer<Real>?) throws -> R) rethrows -> R {
    guard let a else { return try body(nil) }
    return try a.withElements { try body($0) }
}
