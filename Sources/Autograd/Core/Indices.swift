/// Whole numbers with a shape: class labels, rows of a table, positions along an axis. Never differentiated.
public struct Indices: Sendable, Equatable, ExpressibleByArrayLiteral {
    /// The size along each axis.
    public let shape: [Int]
    /// The numbers in row-major order.
    public let values: [Int]

    /// Numbers of the given shape, by default one axis.
    public init(_ values: [Int], shape: [Int]? = nil) {
        let shape = shape ?? [values.count]
        require(
            shape.elementCount == values.count,
            "Indices: \(values.count) values do not fill shape \(shape)")
        self.shape = shape
        self.values = values
    }

    /// Numbers along one axis.
    public init(arrayLiteral elements: Int...) { self.init(elements) }

    /// How many numbers there are.
    public var count: Int { values.count }

    /// Stops the program unless every value lies in 0..<size.
    func check(below size: Int, _ operation: StaticString) {
        for (at, value) in values.enumerated() where value < 0 || value >= size {
            fail("\(operation): index \(value) at position \(at) is outside 0..<\(size)")
        }
    }
}
