/// An array of integers with a shape, such as class labels, table rows or positions along an axis. Not
/// differentiable.
public struct Indices: Sendable, Equatable, ExpressibleByArrayLiteral {
    /// The size along each axis.
    public let shape: [Int]
    /// The values in row-major order.
    public let values: [Int]

    /// Creates indices of the given shape. Without a shape, they have one axis.
    public init(_ values: [Int], shape: [Int]? = nil) {
        let shape = shape ?? [values.count]
        require(
            shape.elementCount == values.count,
            "Indices: \(values.count) values do not fill shape \(shape)")
        self.shape = shape
        self.values = values
    }

    /// Creates indices along one axis.
    public init(arrayLiteral elements: Int...) { self.init(elements) }

    /// The number of indices.
    public var count: Int { values.count }

    /// Stops the program unless every value is in 0..<size.
    func check(below size: Int, _ operation: StaticString) {
        for (at, value) in values.enumerated() where value < 0 || value >= size {
            fail("\(operation): index \(value) at position \(at) is outside 0..<\(size)")
        }
    }
}
