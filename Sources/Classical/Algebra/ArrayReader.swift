/// Reads and validates the arrays of a stored model.
struct ArrayReader {
    private let arrays: [NamedArray]

    init(_ arrays: [NamedArray]) { self.arrays = arrays }

    /// Returns whether there is an array with this name.
    func contains(_ name: String) -> Bool { arrays.contains { $0.name == name } }

    /// Returns a matrix of finite values.
    func matrix(_ name: String, rows: Int? = nil, columns: Int? = nil) throws(FittingError) -> Matrix {
        let array = try find(name)
        guard array.shape.count == 2, (rows ?? array.shape[0]) == array.shape[0],
            (columns ?? array.shape[1]) == array.shape[1]
        else {
            let sizes = [rows, columns].map { $0.map { "\($0)" } ?? "any" }
            throw FittingError(
                "the array \"\(name)\"", found: "shape \(array.shape)", allowed: "[\(sizes[0]), \(sizes[1])]")
        }
        return Matrix(rows: array.shape[0], columns: array.shape[1], values: array.values)
    }

    /// Returns a vector of finite values.
    func vector(_ name: String, count: Int? = nil, atLeast: Double? = nil) throws(FittingError) -> [Double] {
        let array = try find(name)
        guard array.shape.count == 1, (count ?? array.shape[0]) == array.shape[0] else {
            throw FittingError(
                "the array \"\(name)\"", found: "shape \(array.shape)",
                allowed: "[\(count.map { "\($0)" } ?? "any")]")
        }
        if let atLeast, let index = array.values.firstIndex(where: { $0 < atLeast }) {
            throw FittingError(
                "the array \"\(name)\", value \(index)", found: "\(array.values[index])",
                allowed: "at least \(atLeast)")
        }
        return array.values
    }

    /// Returns a single finite value.
    func number(_ name: String) throws(FittingError) -> Double {
        let array = try find(name)
        guard array.shape.isEmpty else {
            throw FittingError(
                "the array \"\(name)\"", found: "shape \(array.shape)", allowed: "a single value")
        }
        return array.values[0]
    }

    /// Returns a vector of integers in a range.
    func integers(_ name: String, in range: Range<Int>, count: Int? = nil) throws(FittingError) -> [Int] {
        let values = try vector(name, count: count)
        var result: [Int] = []
        for value in values {
            guard let integer = Int(exactly: value), range.contains(integer) else {
                throw FittingError(
                    "the array \"\(name)\"", found: "\(value)", allowed: "integers in \(range)")
            }
            result.append(integer)
        }
        return result
    }

    /// Returns an integer in a range.
    func integer(_ name: String, in range: Range<Int>) throws(FittingError) -> Int {
        let value = try number(name)
        guard let integer = Int(exactly: value), range.contains(integer) else {
            throw FittingError("the array \"\(name)\"", found: "\(value)", allowed: "an integer in \(range)")
        }
        return integer
    }

    /// Returns a Boolean value.
    func flag(_ name: String) throws(FittingError) -> Bool { try integer(name, in: 0..<2) == 1 }

    private func find(_ name: String) throws(FittingError) -> NamedArray {
        guard let array = arrays.first(where: { $0.name == name }) else {
            throw FittingError(
                "the array \"\(name)\"", found: "nothing", allowed: "an array of a fitted model")
        }
        var size = 1
        for side in array.shape {
            let (product, overflow) = size.multipliedReportingOverflow(by: side)
            guard side >= 0, !overflow else {
                throw FittingError(
                    "the array \"\(name)\"", found: "shape \(array.shape)",
                    allowed: "a shape that its values fill")
            }
            size = product
        }
        guard size == array.values.count else {
            throw FittingError(
                "the array \"\(name)\"", found: "\(array.values.count) values",
                allowed: "as many as the shape \(array.shape) has")
        }
        if let index = array.values.firstIndex(where: { !$0.isFinite }) {
            throw FittingError(
                "the array \"\(name)\", value \(index)", found: "\(array.values[index])",
                allowed: "a finite value")
        }
        return array
    }
}

extension NamedArray {
    /// Creates an array with a single value.
    init(_ name: String, _ value: Double) { self.init(name, shape: [], [value]) }

    /// Creates an array with one dimension.
    init(_ name: String, _ values: [Double]) { self.init(name, shape: [values.count], values) }

    /// Creates an array from a matrix.
    init(_ name: String, _ matrix: Matrix) {
        self.init(name, shape: [matrix.rows, matrix.columns], matrix.values)
    }
}
