import Classical
import Foundation
import Testing

/// What scikit-learn computes, made by `Fixtures/make_models.py`.
struct ModelReference: Decodable {
    let x: [[Double]]
    let test: [[Double]]
    let labels: [Int]
    let weights: [Double]
    let targets: [Double]
    let wide: [[Double]]
    let wide_labels: [Int]
    let wide_test: [[Double]]
    let columns: [[Double]]
    let coarse: [[Double]]
    let coarse_test: [[Double]]
    let cases: [String: [String: [Double]]]

    static let shared: Result<ModelReference, any Error> = Result {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/models.json")
        return try JSONDecoder().decode(ModelReference.self, from: Data(contentsOf: path))
    }

    /// The training rows of four classes, and the rows that the expected values are for.
    var training: Matrix { matrix(x) }
    var testing: Matrix { matrix(test) }
    /// The labels of the problem with two classes.
    var binary: [Int] { labels.map { $0 >= 2 ? 1 : 0 } }

    /// Returns the values of a case.
    func values(_ name: String, _ key: String) throws -> [Double] {
        try #require(cases[name]?[key], "no values \(key) of \(name)")
    }

    func integers(_ name: String, _ key: String) throws -> [Int] { try values(name, key).map { Int($0) } }
}

/// Creates a matrix from rows.
func matrix(_ rows: [[Double]]) -> Matrix {
    Matrix(rows: rows.count, columns: rows.first?.count ?? 0, values: rows.flatMap { $0 })
}

/// Expects values that differ from the reference by at most `tolerance` times the largest reference value, or 1.
func expectClose(
    _ found: [Double], _ expected: [Double], _ tolerance: Double, _ name: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(found.count == expected.count, "\(name): count", sourceLocation: sourceLocation)
    guard found.count == expected.count else { return }
    let allowed = tolerance * max(1, expected.map(abs).max() ?? 0)
    let worst = zip(found, expected).map { $0.isFinite ? abs($0 - $1) : .infinity }.max() ?? 0
    #expect(worst <= allowed, "\(name): difference \(worst)", sourceLocation: sourceLocation)
}

/// The index of the largest value of each row, the first of equal ones.
func largestColumns(_ scores: Matrix) -> [Int] {
    (0..<scores.rows).map { row in
        (0..<scores.columns).reduce(0) { scores[row, $1] > scores[row, $0] ? $1 : $0 }
    }
}
