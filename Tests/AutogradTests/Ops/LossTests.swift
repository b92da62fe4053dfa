import Autograd
import AutogradTesting
import Foundation
import Testing

@Suite struct LossTests {
    /// Computes the losses of rows by their formula in Double.
    static func reference(
        _ logits: Tensor, _ targets: [Int], _ weights: [Double]?, _ smoothing: Double
    ) -> [Double] {
        let classes = logits.shape[1]
        let z = logits.array.map { Double($0) }
        return targets.enumerated().map { row, target in
            let own = Array(z[row * classes..<(row + 1) * classes])
            let top = own.max() ?? 0
            let rest = Foundation.log(own.reduce(0) { $0 + Foundation.exp($1 - top) })
            let losses = own.indices.map { (weights?[$0] ?? 1) * (top + rest - own[$0]) }
            return (1 - smoothing) * losses[target] + smoothing / Double(classes) * losses.reduce(0, +)
        }
    }

    @Test(arguments: [1, 3, 8, 16, 40, 512, 1024, 3000])
    func matchesReferenceForAnyClassCount(_ classes: Int) {
        let generator = RandomGenerator(seed: 1)
        let logits = Tensor.normal([300, classes], deviation: 3, using: generator)
        let targets = (0..<300).map { _ in generator.below(classes) }
        let weights = Tensor.uniform([classes], 0.5, 2, using: generator)
        for (weights, smoothing) in [(nil, 0), (weights, 0), (nil, 0.1), (weights, 0.3)] as [(Tensor?, Real)]
        {
            let expected = Self.reference(
                logits, targets, weights?.array.map { Double($0) }, Double(smoothing))
            for x in [logits, Parameter(logits).tensor] {
                let found = softmaxCrossEntropy(
                    x, targets: Indices(targets), classWeights: weights, labelSmoothing: smoothing,
                    reduction: .none)
                let difference = Closeness(relative: 2e-6, absolute: 2e-6).difference(
                    found.array.map { Double($0) }, expected)
                #expect(difference == nil)
            }
        }
    }

    @Test func meanIsWeighted() {
        let logits = Tensor.normal([4, 3], using: RandomGenerator(seed: 2))
        let weights = Tensor([1, 2, 5], shape: [3])
        func loss(_ reduction: Reduction) -> Tensor {
            softmaxCrossEntropy(logits, targets: [0, 1, 2, 2], classWeights: weights, reduction: reduction)
        }
        let sum = loss(.none).array.reduce(0, +)
        #expect(abs(loss(.sum).item() - sum) < 1e-5 * sum)
        #expect(abs(loss(.mean).item() - sum / 13) < 1e-5 * sum)
    }

    @Test(arguments: [0, 0.3] as [Real]) func meanWithZeroWeightIsZero(_ smoothing: Real) {
        let x = Parameter(.normal([3, 3], using: RandomGenerator(seed: 4)))
        let loss = softmaxCrossEntropy(
            x.tensor, targets: [0, 1, 1], classWeights: Tensor([0, 0, 2]), labelSmoothing: smoothing)
        #expect(loss.item() == 0)
        #expect(loss.backward()[x]?.array == Array(repeating: 0, count: 9))
    }

    @Test func hugeLogitsStayFinite() {
        let x = Parameter(Tensor([1e30, -1e30, 0, -1e30, -1e30, -1e30], shape: [2, 3]))
        let loss = softmaxCrossEntropy(x.tensor, targets: [0, 1], reduction: .none)
        #expect(loss.array[0] == 0)
        #expect(abs(loss.array[1] - Real(3).logarithm) < 1e-6)
        let gradient = loss.backward(.ones([2]))[x]?.array ?? []
        #expect(gradient.count == 6 && gradient.allSatisfy(\.isFinite))
        let soft = softmaxCrossEntropy(x.tensor, targets: .full([2, 3], 1 / 3))
        #expect(soft.item().isFinite)
    }

    @Test func classesWithZeroProbability() {
        let x = Parameter(Tensor([1, 2, -.infinity], shape: [1, 3]))
        let loss = softmaxCrossEntropy(x.tensor, targets: Tensor([0.25, 0.75, 0], shape: [1, 3]))
        #expect(loss.item().isFinite)
        #expect(loss.backward()[x]?.array.allSatisfy(\.isFinite) == true)
    }

    @Test func oneHotTargetsMatchClasses() {
        let generator = RandomGenerator(seed: 3)
        let x = Parameter(.normal([5, 7], using: generator))
        let targets = Indices([3, 0, 6, 6, 2])
        let weights = Tensor.uniform([7], 0.5, 2, using: generator)
        let hard = softmaxCrossEntropy(
            x.tensor, targets: targets, classWeights: weights, labelSmoothing: 0.0, reduction: .sum)
        let soft = softmaxCrossEntropy(
            x.tensor, targets: oneHot(targets, classes: 7), classWeights: weights, reduction: .sum)
        #expect(Closeness().difference(soft, hard) == nil)
        if let a = soft.backward()[x], let b = hard.backward()[x] {
            #expect(Closeness().difference(a, b) == nil)
        } else {
            Issue.record("a gradient is missing")
        }
    }

    @Test func retainedGraphIsUsedTwice() {
        let x = Parameter(.normal([5, 7], using: RandomGenerator(seed: 4)))
        let loss = softmaxCrossEntropy(x.tensor, targets: [3, 0, 6, 6, 2])
        let first = loss.backward(retainGraph: true)[x]?.array ?? []
        var sum = loss.backward(retainGraph: true)
        sum.add(loss.backward(retainGraph: true))
        #expect(sum[x]?.array == first.map { 2 * $0 })
        #expect(loss.backward()[x]?.array == first)
    }

    @Test func binaryCrossEntropyOfHugeLogits() {
        let x = Parameter(Tensor([1e4, -1e4, 1e4, 0], shape: [4]))
        let targets = Tensor([1, 0, 0, 0.5], shape: [4])
        let loss = sigmoidBinaryCrossEntropy(x.tensor, targets: targets, reduction: .none)
        let expected = [0, 0, 1e4, Foundation.log(2)]
        #expect(Closeness(relative: 1e-6).difference(loss.array.map { Double($0) }, expected) == nil)
        #expect(loss.backward(.ones([4]))[x]?.array == [0, 0, 1, 0])
    }

    @Test func longSumsAreAccurate() {
        // A plain sum in Float would be wrong in the third digit.
        let n = 3_000_000
        let x = Tensor.full([n], 0.1)
        let sum = meanSquaredError(x, targets: .zeros([n]), reduction: .sum).item()
        #expect(abs(Double(sum) / (0.01 * Double(n)) - 1) < 1e-6)
        #expect(abs(Double(meanSquaredError(x, targets: .zeros([n])).item()) - 0.01) < 1e-8)
    }

    @Test func huberIsQuadraticThenLinear() {
        let x = Tensor([0, 1, 2, 5, -5], shape: [5])
        let loss = huberLoss(x, targets: .zeros([5]), delta: 2, reduction: .none)
        #expect(loss.array == [0, 0.5, 2, 8, 8])
    }

    @Test func invalidTargetsAreReported() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = softmaxCrossEntropy(.zeros([2, 3]), targets: [1, 3])
        }
        expect(result, says: "softmax_cross_entropy: index 3 at position 1 is outside 0..<3")
        let shapes = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = softmaxCrossEntropy(.zeros([2, 3]), targets: [1, 2, 0])
        }
        expect(
            shapes,
            says: "softmax_cross_entropy: targets of shape [3] for logits of shape [2, 3]; expected [2]")
    }
}

extension Real {
    fileprivate var logarithm: Real { Real(Foundation.log(Double(self))) }
}
