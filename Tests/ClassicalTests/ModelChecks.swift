import Autograd
import Classical
import Testing

/// Expects that a model read from its arrays equals the original, and that damaged arrays throw.
func expectStorable<Model: FittedModel & Equatable>(
    _ model: Model, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    #expect(try Model(arrays: model.arrays) == model, sourceLocation: sourceLocation)
    #expect(throws: FittingError.self, sourceLocation: sourceLocation) { try Model(arrays: []) }
    for (index, array) in model.arrays.enumerated() {
        func expectRejected(_ what: String, _ change: (inout NamedArray) -> Void) {
            var arrays = model.arrays
            change(&arrays[index])
            #expect(throws: FittingError.self, "\(array.name): \(what)", sourceLocation: sourceLocation) {
                try Model(arrays: arrays)
            }
        }
        expectRejected("NaN") { if !$0.values.isEmpty { $0.values[0] = .nan } else { $0.values = [.nan] } }
        expectRejected("infinity") {
            if !$0.values.isEmpty {
                $0.values[$0.values.count - 1] = .infinity
            } else {
                $0.values = [.infinity]
            }
        }
        expectRejected("values that do not fill the shape") { $0.values.append(0) }
        expectRejected("another dimension") { $0.shape.append(2) }
        expectRejected("a shape that overflows") { $0.shape = [Int.max, 2] }
        expectRejected("a negative shape") { $0.shape = [-1, -array.values.count] }
        if array.name != "clip", !array.name.hasPrefix("prob_") {
            var arrays = model.arrays
            arrays.remove(at: index)
            #expect(throws: FittingError.self, "without \(array.name)", sourceLocation: sourceLocation) {
                try Model(arrays: arrays)
            }
        }
    }
}

/// Expects that damaged values of one array throw.
func expectRejected<Model: FittedModel>(
    _ model: Model, _ name: String, _ values: [Double], sourceLocation: SourceLocation = #_sourceLocation
) throws {
    var arrays = model.arrays
    let index = try #require(arrays.firstIndex { $0.name == name }, sourceLocation: sourceLocation)
    arrays[index].values = values
    #expect(throws: FittingError.self, "\(name) \(values)", sourceLocation: sourceLocation) {
        try Model(arrays: arrays)
    }
}

/// Returns the results of `body` with 1, 2 and 3 threads.
func onThreads<Result>(_ body: () throws -> Result) rethrows -> [Result] {
    let threads = Parallel.threads
    defer { Parallel.threads = threads }
    return try [1, 2, 3].map {
        Parallel.threads = $0
        return try body()
    }
}

/// A matrix of normally distributed values.
func normalMatrix(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
    let generator = RandomGenerator(seed: seed)
    return Matrix(
        rows: rows, columns: columns, values: generator.normals(rows * columns).map { Double($0) })
}

/// Overlapping classes: the label of row i is i modulo `classes`.
func overlappingClasses(_ rows: Int, _ columns: Int, classes: Int, seed: UInt64) -> (x: Matrix, labels: [Int])
{
    var x = normalMatrix(rows, columns, seed: seed)
    let centers = normalMatrix(classes, columns, seed: seed + 1000)
    let labels = (0..<rows).map { $0 % classes }
    for row in 0..<rows {
        for column in 0..<columns { x[row, column] += 0.6 * centers[labels[row], column] }
    }
    return (x, labels)
}
