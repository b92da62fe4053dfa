import Autograd
import Testing

@Suite struct GroupedConvolutionTests {
    /// Groups of many channels or taps equal separate convolutions of their channels.
    @Test(arguments: [(1, 1, 8, 7), (3, 2, 16, 15), (2, 1, 16, 0)])
    func groupsEqualSeparateConvolutions(batch: Int, stride: Int, kernel: Int, before: Int) {
        let generator = RandomGenerator(seed: 5)
        let (groups, inputs, outputs, steps) = (3, 9, 11, 40)
        let x = Tensor.normal([batch, steps, groups * inputs], using: generator)
        let weight = Tensor.normal([kernel, inputs, groups * outputs], using: generator)
        let bias = Tensor.normal([groups * outputs], using: generator)
        let padding = Padding.amounts(before: [before], after: [kernel / 2])
        let found = conv1d(
            x, weight, bias: bias, stride: stride, groups: groups, padding: padding, activation: .relu)
        let parts = (0..<groups).map { group in
            let columns = group * outputs..<(group + 1) * outputs
            return conv1d(
                x.slice(axis: 2, group * inputs..<(group + 1) * inputs), weight.slice(axis: 2, columns),
                bias: bias.slice(axis: 0, columns), stride: stride, padding: padding, activation: .relu)
        }
        let expected = concatenate(parts, axis: 2)
        #expect(found.shape == expected.shape)
        #expect(zip(found.array, expected.array).allSatisfy { abs($0 - $1) < 1e-4 })
        #expect(withoutRecording { conv1d(x, weight, groups: groups).array.count } > 0)
    }

    /// A long example is normalized in parts, whose moments are merged.
    @Test func groupNormOfManyRows() {
        let rows = 5000
        let x = Tensor.normal([2, rows, 4], using: RandomGenerator(seed: 6)) * 3 + 100
        let found = groupNorm(x, groups: 2)
        for example in 0..<2 {
            for group in 0..<2 {
                let part = x.slice(axis: 0, example..<example + 1).slice(axis: 2, 2 * group..<2 * group + 2)
                let values = part.array.map { Double($0) }
                let mean = values.reduce(0, +) / Double(values.count)
                let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
                let normal = found.slice(axis: 0, example..<example + 1)
                    .slice(axis: 2, 2 * group..<2 * group + 2).array
                let scale = 1 / (variance + 1e-5).squareRoot()
                #expect(
                    zip(values, normal).allSatisfy { abs(($0 - mean) * scale - Double($1)) < 2e-5 })
            }
        }
    }
}
