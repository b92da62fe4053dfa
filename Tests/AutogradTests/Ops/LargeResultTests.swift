import Autograd
import Testing

/// Operations that compute results in another way depending on their size or values: the bits are those of the parts.
@Suite struct LargeResultTests {
    /// Nontemporal stores, in rows that do or do not begin with a cache line.
    @Test(arguments: [64, 100, 1003, 1024])
    func sumsBeyondTheCaches(_ columns: Int) {
        let rows = (2 << 20) / columns + 3
        let generator = RandomGenerator(seed: 1)
        let x = Tensor.normal([rows, columns], using: generator)
        let (row, column) = (
            Tensor.normal([columns], using: generator), Tensor.normal([rows, 1], using: generator)
        )
        let whole = [x + row, row - x, x * column, x / x]
        for first in stride(from: 0, to: rows, by: 500) {
            let range = first..<min(first + 500, rows)
            let (x, column) = (x.slice(axis: 0, range), column.slice(axis: 0, range))
            let parts = [x + row, row - x, x * column, x / x]
            #expect(
                areBitIdentical(whole.map { $0.slice(axis: 0, range).array }, parts.map(\.array)),
                "rows \(range)")
        }
    }

    /// Products that are divided by columns.
    @Test(arguments: [(48, 192, 64), (150, 230, 400), (240, 1000, 300)])
    func productsOfFewRows(_ m: Int, _ n: Int, _ k: Int) {
        let generator = RandomGenerator(seed: 1)
        let (a, b) = (Tensor.normal([m, k], using: generator), Tensor.normal([k, n], using: generator))
        let whole = matmul(a, b)
        for row in stride(from: 0, to: m, by: 20) {
            let range = row..<min(row + 20, m)
            let part = matmul(a.slice(axis: 0, range), b)
            #expect(areBitIdentical([whole.slice(axis: 0, range).array], [part.array]), "rows \(range)")
        }
    }

    /// A faster exponential is used if no logit in several rows is far below the largest of its row.
    @Test func crossEntropyBesideAFarLogit() throws {
        let generator = RandomGenerator(seed: 1)
        func lossAndGradient(_ logits: Tensor) throws -> [[Real]] {
            let parameter = Parameter(logits)
            let targets = Indices([3, 5])
            let losses = softmaxCrossEntropy(parameter.tensor, targets: targets, reduction: .none)
            let gradient = try #require(losses.sum().backward()[parameter])
            return [[losses.array[0]], Array(gradient.array[..<40])]
        }
        let logits = Tensor.normal([2, 40], deviation: 10, using: generator).array
        let near = try lossAndGradient(Tensor(logits, shape: [2, 40]))
        for far in [-500, -.infinity] as [Real] {
            let changed = try lossAndGradient(Tensor(logits.dropLast() + [far], shape: [2, 40]))
            #expect(areBitIdentical(changed, near))
        }
    }
}
