import Autograd
import Layers
import Testing

@Suite struct GradientReversalTests {
    /// In training the output is the input, bit for bit, and the gradient is multiplied by the negative scale.
    @Test func reversesGradientsInTrainingOnly() throws {
        var spec = GradientReversalSpec()
        spec.scale = 0.25
        let layer = try spec.make([3], RandomGenerator(seed: 1))
        let parameter = Parameter(.normal([4, 3], using: RandomGenerator(seed: 2)))
        let factors = Tensor.normal([4, 3], using: RandomGenerator(seed: 3))
        func gradient(_ pass: Pass) throws -> [Real] {
            let output = layer.forward(Signal(parameter.tensor), pass).tensor
            #expect(output.array == parameter.value.array)
            return try #require((output * factors).sum().backward()[parameter]).array
        }
        #expect(try gradient(.inference) == factors.array)
        #expect(try gradient(.training(RandomGenerator(seed: 4))) == factors.array.map { -0.25 * $0 })
    }
}
