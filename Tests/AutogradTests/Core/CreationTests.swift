import Autograd
import Foundation
import Testing

@Suite struct CreationTests {
    @Test func fromValues() {
        #expect(Tensor([1, 2, 3]).shape == [3])
        #expect(Tensor([1, 2, 3, 4], shape: [2, 2]).array == [1, 2, 3, 4])
        #expect(Tensor([[1, 2, 3], [4, 5, 6]]).shape == [2, 3])
        #expect(Tensor([], shape: [0, 2]).count == 0)
        #expect(Tensor(7).shape == [] && Tensor(7).item() == 7)
        #expect(Tensor.zeros([2]).array == [0, 0] && Tensor.ones([1, 2]).array == [1, 1])
        #expect(Tensor.full([2, 2], 3).array == [3, 3, 3, 3])
        #expect(Tensor.arange(3).array == [0, 1, 2])
        #expect(Tensor.arange(1, 2, 0.25).array == [1, 1.25, 1.5, 1.75])
        #expect(Tensor.arange(3, 0, -1).array == [3, 2, 1])
        #expect(Tensor.arange(3, 1).shape == [0])
        #expect(Tensor.eye(2).array == [1, 0, 0, 1])
        #expect(Tensor.eye(2, 3).array == [1, 0, 0, 0, 1, 0])
    }

    /// Large zeros without memory of their own are copied when they are modified.
    @Test(arguments: [3, 1 << 18]) func unbackedZeros(_ count: Int) {
        let zeros = Tensor.unbackedZeros([count])
        #expect(zeros.shape == [count] && zeros.array.allSatisfy { $0 == 0 })
        var changed = zeros
        changed.modify { $0[count - 1] = 1 }
        #expect(changed.sum().item() == 1 && zeros.sum().item() == 0)
        #expect((zeros + changed).array == changed.array)
    }

    @Test func wrongCountsReportBothCounts() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor([1, 2, 3], shape: [2, 2])
        }
        let message = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(message.contains("Tensor: 3 values do not fill shape [2, 2]"))
    }

    /// The error messages for invalid shapes.
    @Test func impossibleShapes() async throws {
        let tooLarge = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.zeros([1 << 40, 1 << 40])
        }
        let negative = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor(shape: [-2, -3]) { _ in }
        }
        let noRoom = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.zeros([1 << 46])
        }
        for (result, expected) in [
            (tooLarge, "shape [1099511627776, 1099511627776] does not fit in memory"),
            (negative, "shape [-2, -3] has a negative size"), (noRoom, "out of memory"),
        ] {
            let message = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
            #expect(message.contains(expected))
        }
    }

    static let distributions: [(String, @Sendable ([Int], RandomGenerator) -> Tensor, Double, Double)] = [
        ("uniform", { .uniform($0, -1, 3, using: $1) }, 1, 4 / 12.0.squareRoot()),
        ("normal", { .normal($0, mean: 2, deviation: 3, using: $1) }, 2, 3),
        // The standard deviation of a standard normal variable truncated to 2 standard deviations.
        ("truncated", { .truncatedNormal($0, mean: -1, deviation: 2, using: $1) }, -1, 2 * 0.879_626),
        ("bernoulli", { .bernoulli($0, probability: 0.3, using: $1) }, 0.3, 0.21.squareRoot()),
    ]

    @Test(arguments: distributions.indices) func momentsMatch(_ index: Int) {
        let (_, draw, mean, deviation) = CreationTests.distributions[index]
        let n = 300_001
        let x = draw([n], RandomGenerator(seed: 5)).array.map { Double($0) }
        let found = x.reduce(0, +) / Double(n)
        let spread = (x.reduce(0) { $0 + ($1 - found) * ($1 - found) } / Double(n)).squareRoot()
        let error = deviation / Double(n).squareRoot()
        #expect(Swift.abs(found - mean) < 5 * error)
        #expect(Swift.abs(spread - deviation) < 10 * error)
    }

    @Test(arguments: distributions.indices) func valueDependsOnlyOnItsIndex(_ index: Int) {
        let draw = CreationTests.distributions[index].1
        let long = draw([40_000], RandomGenerator(seed: 9)).array
        let short = draw([123], RandomGenerator(seed: 9)).array
        #expect(Array(long[..<123]) == short)
        let generator = RandomGenerator(seed: 9)
        let first = draw([7], generator).array
        let second = draw([7], generator).array
        #expect(first == Array(long[..<7]) && (first != second || first.allSatisfy { $0 == 0 || $0 == 1 }))
    }

    @Test func rangesAreRespected() {
        let generator = RandomGenerator(seed: 2)
        let u = Tensor.uniform([100_000], 2, 3, using: generator).array
        #expect(u.allSatisfy { $0 >= 2 && $0 < 3 })
        let t = Tensor.truncatedNormal([100_000], mean: 1, deviation: 2, limit: 1.5, using: generator).array
        #expect(t.allSatisfy { $0 >= -2 && $0 <= 4 })
        #expect(t.contains { $0 < -1.9 } && t.contains { $0 > 3.9 })
        #expect(Set(Tensor.bernoulli([1000], probability: 0.5, using: generator).array) == [0, 1])
        #expect(Tensor.bernoulli([1000], probability: 1, using: generator).array.allSatisfy { $0 == 1 })
        #expect(Tensor.bernoulli([1000], probability: 0, using: generator).array.allSatisfy { $0 == 0 })
    }

    /// Compares the empirical distribution of truncated normal values with the distribution function.
    @Test(arguments: [-1.8, -1.0, -0.3, 0, 0.5, 1.2, 1.9]) func truncatedNormalMatchesDistribution(
        _ point: Double
    ) {
        func below(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }
        let n = 400_000
        let x = Tensor.truncatedNormal([n], using: RandomGenerator(seed: 11)).array
        let share = Double(x.count { Double($0) < point }) / Double(n)
        let expected = (below(point) - below(-2)) / (below(2) - below(-2))
        #expect(Swift.abs(share - expected) < 5 * (expected * (1 - expected) / Double(n)).squareRoot())
    }
}
