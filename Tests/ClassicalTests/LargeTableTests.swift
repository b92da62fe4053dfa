import Autograd
import Classical
import Foundation
import Testing

/// Tables with so many rows that models compute in another way.
@Suite struct LargeTableTests {
    private func normal(rows: Int, columns: Int, seed: UInt64) -> Matrix {
        let values = Tensor.normal([rows, columns], using: RandomGenerator(seed: seed)).array
        return Matrix(rows: rows, columns: columns, values: values.map { Double($0) })
    }

    /// A tree of repeated rows has the splits of a tree of single rows, although ranks are not computed from more than 2^18 rows.
    @Test(arguments: TreeSplitter.allCases) func treesOfRepeatedRows(_ splitter: TreeSplitter) throws {
        let few = normal(rows: 900, columns: 4, seed: 1)
        let labels = (0..<few.rows).map { few[$0, 0] + 0.5 * few[$0, 2] > 0.2 ? 2 : few[$0, 1] > 0 ? 1 : 0 }
        let copies = 300
        let options = DecisionTreeOptions(splitter: splitter, growth: TreeGrowth(maxDepth: 5))
        func tree(_ copies: Int) throws -> [TreeEnsemble.Node] {
            let order = Array((0..<copies).map { _ in Array(0..<few.rows) }.joined())
            return try options.fit(
                few.rows(order), labels: order.map { labels[$0] }, classes: 3, weights: nil,
                generator: RandomGenerator(seed: 3)
            ).ensemble.nodes(ofTree: 0)
        }
        let (single, repeated) = (try tree(1), try tree(copies))
        #expect(single.count > 20 && single.map(\.feature) == repeated.map(\.feature))
        #expect(single.map(\.threshold) == repeated.map(\.threshold))
        #expect(single.map { $0.cover * Double(copies) } == repeated.map(\.cover))
    }

    /// At the minimum, the gradient of the objective of ridge regression is 0.
    @Test func ridgeOfManyRows() throws {
        let x = normal(rows: 9000, columns: 130, seed: 4)
        let targets = (0..<x.rows).map { row in x[row: row].prefix(7).reduce(2, +) + x[row, 129] * 3 }
        let weights = (0..<x.rows).map { Double($0 % 5) / 2 + 0.1 }
        let options = RidgeOptions(alpha: 2)
        func fit(_ threads: Int) throws -> LinearRegressor {
            let before = Parallel.threads
            defer { Parallel.threads = before }
            Parallel.threads = threads
            return try options.fit(x, targets: targets, weights: weights, generator: RandomGenerator(seed: 1))
        }
        let model = try fit(1)
        #expect(try fit(2) == model)
        var gradient = model.weight.map { options.alpha * $0 }
        var mean = 0.0
        for (row, prediction) in model.predictions(x).enumerated() {
            let rest = weights[row] * (prediction - targets[row])
            mean += rest
            for column in gradient.indices { gradient[column] += rest * x[row, column] }
        }
        #expect(abs(mean) < 1e-7 && gradient.allSatisfy { abs($0) < 1e-7 }, "\(mean), \(gradient.max() ?? 0)")
    }

    /// A column that is the sum of two others does not change the decisions of linear discriminant analysis.
    @Test func dependentColumnsOfManyRows() throws {
        let x = normal(rows: 50_000, columns: 2, seed: 5)
        let labels = (0..<x.rows).map { x[$0, 0] + Double($0 % 7) / 4 > 0.5 ? 1 : 0 }
        let more = Matrix(
            rows: x.rows, columns: 3,
            values: (0..<x.rows).flatMap { [x[$0, 0], x[$0, 1], x[$0, 0] + x[$0, 1]] })
        func decisions(_ x: Matrix) throws -> [Double] {
            try LinearDiscriminantOptions(solver: .lsqr).fit(
                x, labels: labels, classes: 2, weights: nil, generator: RandomGenerator(seed: 1)
            ).decisions(x).values
        }
        let pairs = zip(try decisions(x), try decisions(more))
        #expect(pairs.allSatisfy { abs($0 - $1) < 1e-8 })
    }
}
