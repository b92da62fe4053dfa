import Autograd
import AutogradTesting
import Layers
import Testing

@Suite struct AdamTests {
    @Test func firstStepsOfAdam() {
        // With a constant gradient both moments are exact after their correction: every step is the rate.
        let p = Parameter(Tensor([1, -2, 3], shape: [3]))
        let adam = Optimizer(Adam(learningRate: 0.1), [p])
        for _ in 0..<5 { adam.step((p.tensor * Tensor([4, -0.5, 0], shape: [3])).sum().backward()) }
        let expected = Tensor([0.5, -1.5, 3], shape: [3])
        #expect(Closeness(relative: 1e-5).difference(p.value, expected) == nil)
    }

    @Test func parametersWithoutGradientStay() {
        let used = Parameter(.ones([2])), other = Parameter(.ones([3]))
        let adam = Optimizer(AdamW(learningRate: 0.1, weightDecay: 0.5), [other, used])
        adam.step(used.tensor.sum().backward())
        #expect(other.value.array == [1, 1, 1])
        #expect(used.value.array.allSatisfy { $0 < 0.9 })
        // Its moments begin with its own first step, not with the optimiser's.
        adam.step(other.tensor.sum().backward())
        #expect(other.value.array == Array(repeating: used.value.array[0], count: 3))
    }

    @Test func findsAMinimum() {
        let target = Tensor([3, -1, 0.5], shape: [3])
        let p = Parameter(.zeros([3]))
        let adam = Optimizer(Adam(learningRate: 0.05), [p])
        for _ in 0..<500 { adam.step((p.tensor - target).square().sum().backward()) }
        #expect(Closeness(relative: 0, absolute: 1e-3).difference(p.value, target) == nil)
    }
}
