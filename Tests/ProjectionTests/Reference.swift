import Autograd
import Classical
import Foundation

/// Results of scikit-learn and umap-learn, made by `Fixtures/make_projection.py`.
struct Reference {
    private let file: SafeTensors

    init() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        file = try SafeTensors(
            contentsOf: folder.appendingPathComponent("Fixtures/projection.safetensors").path)
    }

    func values(_ name: String) throws -> [Double] { try file.tensor(name).array.map { Double($0) } }

    func matrix(_ name: String) throws -> Matrix {
        let shape = try file.tensor(name).shape
        return Matrix(rows: shape[0], columns: shape[1], values: try values(name))
    }

    /// 600 handwritten digits of 64 pixels.
    func digits() throws -> Matrix { try matrix("digits") }
}

extension Matrix {
    /// Returns the dense form of a sparse matrix.
    init(dense rows: Int, starts: [Int], columns: [Int32], values: [Double]) {
        self.init(rows: rows, columns: rows)
        for row in 0..<rows {
            for at in starts[row]..<starts[row + 1] { self[row, Int(columns[at])] = values[at] }
        }
    }

    /// The largest difference between elements, relative to the largest of the other matrix.
    func difference(to other: Matrix) -> Double {
        let largest = other.values.reduce(0) { max($0, abs($1)) }
        return zip(values, other.values).reduce(0) { max($0, abs($1.0 - $1.1)) } / largest
    }

    /// Whether all values are finite.
    var isFinite: Bool { values.allSatisfy(\.isFinite) }

    /// Normally distributed clusters around random centers.
    static func clusters(_ count: Int, rows: Int, columns: Int, seed: UInt64 = 1) -> Matrix {
        let random = RandomGenerator(seed: seed)
        func normal() -> Double {
            (-2 * Foundation.log(1 - random.uniform())).squareRoot() * cos(2 * .pi * random.uniform())
        }
        let centers = (0..<count * columns).map { _ in 4 * normal() }
        return Matrix(
            rows: rows, columns: columns,
            values: (0..<rows * columns).map {
                centers[$0 / columns % count * columns + $0 % columns] + normal()
            })
    }
}

/// Returns the results with 1, 2 and 3 threads.
func onThreads<T>(_ body: () throws -> T) rethrows -> [T] {
    let before = Parallel.threads
    defer { Parallel.threads = before }
    return try [1, 2, 3].map {
        Parallel.threads = $0
        return try body()
    }
}
