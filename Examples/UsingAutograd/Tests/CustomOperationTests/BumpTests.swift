import Autograd
import AutogradTesting
import CustomOperation
import Testing

@Test(arguments: [[], [5], [2, 3], [0, 4]])
func gradientOfBump(shape: [Int]) throws {
    try checkGradient("bump", at: [.normal(shape, using: RandomGenerator(seed: 1))]) { bump($0[0]) }
}

@Test func valuesOfBump() {
    let expected = Tensor([0.36787944, 1, 0.36787944], shape: [3])
    #expect(difference(bump(Tensor([-1, 0, 1], shape: [3])), expected, absolute: 1e-6) == nil)
}
