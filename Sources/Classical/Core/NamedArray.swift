/// An array of a fitted model.
public struct NamedArray: Sendable, Equatable {
    /// The name, unique within the model.
    public var name: String
    /// The sizes of the dimensions; `[]` for a single value.
    public var shape: [Int]
    /// The values, row by row.
    public var values: [Double]

    /// Creates an array.
    public init(_ name: String, shape: [Int], _ values: [Double]) {
        (self.name, self.shape, self.values) = (name, shape, values)
    }
}

extension [NamedArray] {
    /// Returns an array by name. Throws if it is missing or its values do not fill its shape.
    public func named(_ name: String) throws(FittingError) -> NamedArray {
        guard let array = first(where: { $0.name == name }) else {
            throw FittingError(
                "the array \"\(name)\"", found: "nothing", allowed: "an array of a fitted model")
        }
        guard array.shape.reduce(1, *) == array.values.count else {
            throw FittingError(
                "the array \"\(name)\"", found: "\(array.values.count) values",
                allowed: "as many as the shape \(array.shape) has")
        }
        return array
    }
}
