import Autograd
import AutogradTesting
import Testing

@Suite struct NormalizationTests {
    /// Computes (x - mean) / sqrt(variance + epsilon) in Double over the elements at each of the given index lists.
    static func normed(_ x: Tensor, _ groups: [[Int]], epsilon: Double) -> [Double] {
        let values = x.array.map { Double($0) }
        var result = values
        for places in groups {
            let mean = places.reduce(0) { $0 + values[$1] } / Double(places.count)
            let variance =
                places.reduce(0) { $0 + (values[$1] - mean) * (values[$1] - mean) } / Double(places.count)
            for place in places { result[place] = (values[place] - mean) / (variance + epsilon).squareRoot() }
        }
        return result
    }

    static func columns(_ rows: Int, _ width: Int) -> [[Int]] {
        (0..<width).map { k in (0..<rows).map { $0 * width + k } }
    }

    static func rows(_ rows: Int, _ width: Int) -> [[Int]] {
        (0..<rows).map { Array($0 * width..<($0 + 1) * width) }
    }

    @Test func batchStatistics() {
        let x = Tensor([1, 10, 2, 20, 3, 30, 6, 40], shape: [2, 2, 2])
        let (_, mean, variance, count) = batchNorm(x)
        #expect(mean.array == [3, 25])
        #expect(variance.array == [3.5, 125])
        #expect(count == 4)
        #expect(!mean.isTracked && !variance.isTracked)
    }

    @Test func emptyBatchHasNoStatistics() {
        let (output, mean, variance, count) = batchNorm(.zeros([0, 4, 2]))
        #expect(output.shape == [0, 4, 2])
        #expect(mean.array == [0, 0] && variance.array == [0, 0] && count == 0)
    }

    @Test(arguments: [(7, 3), (300, 1), (5000, 40), (700, 200)])
    func batchNormIsAccurateForLargeMeans(_ size: (Int, Int)) {
        let generator = RandomGenerator(seed: 1)
        let shift = Tensor.uniform([size.1], 5000, 9000, using: generator)
        let x = .normal([size.0, size.1], using: generator) + shift
        let expected = Self.normed(x, Self.columns(size.0, size.1), epsilon: 1e-5)
        let found = batchNorm(x).output.array.map { Double($0) }
        let difference = Closeness(relative: 0, absolute: 2e-6).difference(found, expected)
        #expect(difference == nil)
    }

    @Test func batchNormIsStableForTrends() {
        // The mean of each block of rows is far from the overall mean.
        let x = Tensor(shape: [4096, 2]) { p in for i in 0..<8192 { p[i] = Real(i / 2) } }
        let expected = Self.normed(x, Self.columns(4096, 2), epsilon: 1e-5)
        let found = batchNorm(x).output.array.map { Double($0) }
        let difference = Closeness(relative: 0, absolute: 1e-6).difference(found, expected)
        #expect(difference == nil)
    }

    @Test func fixedBatchNormMatchesBatchNorm() {
        let generator = RandomGenerator(seed: 2)
        let x = Tensor.normal([5, 6, 7], mean: 3, deviation: 2, using: generator)
        let gamma = Tensor.normal([7], using: generator), beta = Tensor.normal([7], using: generator)
        let (output, mean, variance, _) = batchNorm(x, gamma: gamma, beta: beta)
        let fixed = batchNorm(x, mean: mean, variance: variance, gamma: gamma, beta: beta)
        #expect(Closeness().difference(fixed, output) == nil)
    }

    @Test(arguments: [1, 5, 31, 32, 100, 1025])
    func layerNormIsAccurateForLargeMeans(_ width: Int) {
        let generator = RandomGenerator(seed: 3)
        let x = Tensor.normal([9, width], mean: 3000, using: generator)
        let expected = Self.normed(x, Self.rows(9, width), epsilon: 1e-5)
        let difference = Closeness(relative: 0, absolute: 2e-6).difference(
            layerNorm(x).array.map { Double($0) }, expected)
        #expect(difference == nil)
    }

    @Test func layerNormWithOutlierFirstElement() {
        var x = Tensor.normal([4, 2000], using: RandomGenerator(seed: 4))
        x.modify { p in for row in 0..<4 { p[row * 2000] = row % 2 == 0 ? 3000 : -10000 } }
        let expected = Self.normed(x, Self.rows(4, 2000), epsilon: 1e-5)
        let found = layerNorm(x).array.map { Double($0) }
        #expect(Closeness(relative: 2e-6, absolute: 1e-7).difference(found, expected) == nil)
    }

    @Test func constantRowsGiveBeta() {
        let beta = Tensor([1, 2, 3], shape: [3])
        let x = Tensor.full([2, 3], 7)
        #expect(layerNorm(x, beta: beta).array == [1, 2, 3, 1, 2, 3])
        #expect(batchNorm(x, beta: beta).output.array == [1, 2, 3, 1, 2, 3])
        #expect(groupNorm(x, groups: 1, beta: beta).array == [1, 2, 3, 1, 2, 3])
    }

    @Test(arguments: [1, 2, 6]) func groupNormNormalizesGroups(_ groups: Int) {
        let x = Tensor.normal([3, 4, 5, 6], mean: 50, using: RandomGenerator(seed: 5))
        var places: [[Int]] = []
        for n in 0..<3 {
            for group in 0..<groups {
                places.append(
                    (0..<120).filter { $0 % 6 / (6 / groups) == group }.map { n * 120 + $0 })
            }
        }
        let expected = Self.normed(x, places, epsilon: 1e-5)
        let difference = Closeness(relative: 0, absolute: 2e-6).difference(
            groupNorm(x, groups: groups).array.map { Double($0) }, expected)
        #expect(difference == nil)
    }

    @Test func frozenInputsGetNoGradient() {
        let generator = RandomGenerator(seed: 6)
        let x = Parameter(.normal([4, 3], using: generator)), gamma = Parameter(.ones([3]))
        let beta = Parameter(.zeros([3]))
        gamma.isFrozen = true
        let norms: [(Tensor, Tensor, Tensor) -> Tensor] = [
            { batchNorm($0, gamma: $1, beta: $2).output },
            { layerNorm($0, gamma: $1, beta: $2) },
            { groupNorm($0, groups: 3, gamma: $1, beta: $2) },
            { batchNorm($0, mean: .zeros([3]), variance: .ones([3]), gamma: $1, beta: $2) },
        ]
        for norm in norms {
            let gradients = norm(x.tensor, gamma.tensor, beta.tensor).backward(.ones([4, 3]))
            #expect(gradients[gamma] == nil)
            #expect(gradients[beta]?.array == [4, 4, 4])
            #expect(gradients[x] != nil)
        }
    }

    @Test func invalidShapesAreReported() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = batchNorm(.zeros([4, 3]), gamma: .ones([4]))
        }
        expect(result, says: "batch_norm: gamma of shape [4] for an input of shape [4, 3]; expected [3]")
        let groups = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = groupNorm(.zeros([4, 3]), groups: 2)
        }
        expect(groups, says: "group_norm: 2 groups do not divide the 3 channels of an input of shape [4, 3]")
    }
}
