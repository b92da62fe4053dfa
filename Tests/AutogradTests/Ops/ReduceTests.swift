import Autograd
import Foundation
import Testing

@Suite struct ReduceTests {
    /// Shapes and axes that cover every way of splitting a reduction into chunks.
    static let cases: [([Int], [Int]?)] = [
        ([3, 4, 5], nil), ([3, 4, 5], [0]), ([3, 4, 5], [1]), ([3, 4, 5], [-1]), ([3, 4, 5], [0, 2]),
        ([3, 4, 5], [2, 1]), ([3, 1, 5], [0, 2]), ([3, 1, 5], [0, 1, 2]), ([1, 1], [0]), ([], nil), ([7], []),
        ([2, 3, 2, 3, 2], [0, 2, 4]), ([100_003], nil), ([12_800, 7], [0]), ([12_801, 33], [0]),
        ([301, 1000], [0]),
        ([3, 50_000], [0]), ([3, 50_000], [1]), ([50_000, 3], [1]), ([2, 40_001, 3], [1]),
        ([40, 50, 60], [0, 2]),
        ([17, 2], [0]), ([4, 600, 700], [1]),
    ]

    /// The elements of each result, in order.
    static func slices(_ x: Tensor, _ axes: [Int]?) -> [[Double]] {
        let over = Set((axes ?? Array(x.shape.indices)).map { $0 < 0 ? $0 + x.rank : $0 })
        var result = [[Double]](
            repeating: [],
            count: x.shape.enumerated().reduce(1) { over.contains($1.offset) ? $0 : $0 * $1.element })
        var index = [Int](repeating: 0, count: x.rank)
        for value in x.array {
            var target = 0
            for (axis, size) in x.shape.enumerated() where !over.contains(axis) {
                target = target * size + index[axis]
            }
            result[target].append(Double(value))
            for axis in x.shape.indices.reversed() {
                index[axis] += 1
                if index[axis] < x.shape[axis] { break }
                index[axis] = 0
            }
        }
        return result
    }

    @Test(arguments: cases) func matchesNaiveReference(_ shape: [Int], _ axes: [Int]?) {
        let x = Tensor.uniform(shape, -1, 1, using: RandomGenerator(seed: 4))
        let slices = ReduceTests.slices(x, axes)
        let n = Double(slices[0].count)
        func check(_ result: Tensor, _ tolerance: Double, _ expected: ([Double]) -> Double) {
            #expect(result.count == slices.count)
            for (value, slice) in zip(result.array, slices) {
                let reference = expected(slice)
                #expect(Swift.abs(Double(value) - reference) <= tolerance, "\(value) \(reference)")
            }
        }
        func variance(_ slice: [Double]) -> Double {
            let mean = slice.reduce(0, +) / n
            return slice.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
        }
        check(x.sum(axes: axes), 1e-6 * n.squareRoot() + 1e-7, { $0.reduce(0, +) })
        check(x.mean(axes: axes), 1e-6, { $0.reduce(0, +) / n })
        check(x.variance(axes: axes), 1e-6, variance)
        check(x.norm(axes: axes), 1e-6 * n.squareRoot(), { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() })
        check(x.norm(.one, axes: axes), 1e-6 * n, { $0.reduce(0) { $0 + Swift.abs($1) } })
        check(x.norm(.infinity, axes: axes), 0, { $0.map { Swift.abs($0) }.max() ?? 0 })
        check(x.max(axes: axes), 0, { $0.max() ?? 0 })
        check(x.min(axes: axes), 0, { $0.min() ?? 0 })
        let kept = x.sum(axes: axes, keepDims: true)
        #expect(kept.array == x.sum(axes: axes).array && kept.rank == x.rank)
    }

    @Test func longSumOfEqualElementsIsAccurate() {
        let x = Tensor.full([3_000_000], 0.1)
        #expect(Swift.abs(x.sum().item() - 300_000) < 0.3)
        #expect(Swift.abs(Tensor.full([300_000, 10], 0.1).sum(axes: [0]).array[3] - 30_000) < 0.03)
    }

    @Test func nothing() {
        #expect(Tensor.zeros([0]).sum().item() == 0)
        #expect(Tensor.zeros([0, 3]).sum(axes: [0]).array == [0, 0, 0])
        #expect(Tensor.zeros([0, 3]).sum(axes: [1]).shape == [0])
        #expect(Tensor.zeros([2, 0]).mean(axes: [1]).array.allSatisfy { $0.isNaN })
        #expect(Tensor.zeros([0, 3]).max(axes: [1]).shape == [0])
        #expect(Tensor([1]).variance(ddof: 1).item().isNaN)
        #expect(Tensor.zeros([2, 0]).logSumExp().array == [-.infinity, -.infinity])
    }

    @Test func extremesOfEmptyAxisReportShape() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.zeros([2, 0]).max(axes: [1])
        }
        let message = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(message.contains("max: no elements along axes [1] of shape [2, 0]"))
    }

    @Test func positionsOfExtremes() {
        let x = Tensor([3, 1, 3, -2, 5, 5, 0, 5, -2], shape: [3, 3])
        #expect(x.argmax(axis: 1) == Indices([0, 1, 1]))
        #expect(x.argmax(axis: 0) == Indices([0, 1, 1]))
        #expect(x.argmin(axis: -1, keepDims: true) == Indices([1, 0, 2], shape: [3, 1]))
        #expect(x.argmin(axis: 0) == Indices([1, 0, 2]))
        #expect(x.argmax() == Indices([4], shape: []))
        #expect(Tensor([1, .nan, 3, .nan]).argmax().values == [1])
        #expect(Tensor([1, .nan, 3, .nan]).argmin().values == [1])
        #expect(Tensor([1, .nan, 3]).max().item().isNaN && Tensor([1, .nan, 3]).min().item().isNaN)
        let long = Tensor.uniform([70_001], 0, 1, using: RandomGenerator(seed: 8))
        let values = long.array
        #expect(long.argmax().values[0] == values.firstIndex(of: values.max() ?? 0))
        #expect(long.argmin().values[0] == values.firstIndex(of: values.min() ?? 0))
    }

    @Test func gradientOfMaxFlowsToFirst() {
        let x = Parameter(Tensor([2, 5, 5, 1, 5, 0], shape: [2, 3]))
        #expect(x.tensor.max().backward()[x]?.array == [0, 1, 0, 0, 0, 0])
        #expect(x.tensor.max(axes: [1]).sum().backward()[x]?.array == [0, 1, 0, 0, 1, 0])
        #expect(x.tensor.min(axes: [0]).sum().backward()[x]?.array == [0, 1, 0, 1, 0, 1])
    }

    @Test func cumulativeSums() {
        let x = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
        #expect(x.cumulativeSum(axis: 1).array == [1, 3, 6, 4, 9, 15])
        #expect(x.cumulativeSum(axis: 0).array == [1, 2, 3, 5, 7, 9])
    }

    @Test(arguments: [([5, 7], 0), ([5, 7], 1), ([3, 200, 65], 1), ([3, 200, 65], 2), ([2, 5000], 1)])
    func softmaxFamily(_ shape: [Int], _ axis: Int) {
        let x = Tensor.normal(shape, deviation: 5, using: RandomGenerator(seed: 6))
        let sums = x.softmax(axis: axis).sum(axes: [axis])
        #expect(sums.array.allSatisfy { Swift.abs($0 - 1) < 1e-5 })
        let expected = ReduceTests.slices(x, [axis]).map { slice in
            let top = slice.max() ?? 0
            return top + Foundation.log(slice.reduce(0) { $0 + Foundation.exp($1 - top) })
        }
        for (value, reference) in zip(x.logSumExp(axis: axis).array, expected) {
            #expect(Swift.abs(Double(value) - reference) < 1e-5)
        }
        let difference = x.logSoftmax(axis: axis) - (x - x.logSumExp(axis: axis, keepDims: true))
        #expect(difference.array.allSatisfy { Swift.abs($0) < 1e-5 })
        let ratio = x.softmax(axis: axis) - x.logSoftmax(axis: axis).exp()
        #expect(ratio.array.allSatisfy { Swift.abs($0) < 1e-5 })
    }

    @Test(arguments: [[3, 2], [2, 3]]) func minusInfinitySlices(_ shape: [Int]) {
        let axis = shape[0] == 3 ? 0 : 1
        let x = Parameter(.full(shape, -.infinity))
        #expect(x.value.softmax(axis: axis).array == [Real](repeating: 0, count: 6))
        #expect(x.value.logSumExp(axis: axis).array == [-.infinity, -.infinity])
        let soft = x.tensor.softmax(axis: axis).sum().backward()[x]
        let total = x.tensor.logSumExp(axis: axis).backward(.ones([2]))[x]
        #expect(
            soft?.array == [Real](repeating: 0, count: 6) && total?.array == [Real](repeating: 0, count: 6))
    }

    @Test func largeInputsStayFinite() {
        let x = Tensor([1e4, 0, -1e4, 1e4])
        #expect(x.softmax().array == [0.5, 0, 0, 0.5])
        #expect(x.logSumExp().item() == 1e4 + Real(Foundation.log(2.0)))
    }

    /// Silence has a standard deviation of 0; training must continue.
    @Test func deviationOfEqualElementsHasGradientZero() {
        let x = Parameter(Tensor([2, 2, 2, 1, 2, 3], shape: [2, 3]))
        let deviation = x.tensor.standardDeviation(axes: [1])
        let gradient = deviation.backward(.ones([2]))[x]?.array ?? []
        #expect(deviation.array[0] == 0)
        #expect(gradient.prefix(3) == [0, 0, 0])
        #expect(gradient.allSatisfy { $0.isFinite } && gradient[3] < 0 && gradient[5] > 0)
    }
}
