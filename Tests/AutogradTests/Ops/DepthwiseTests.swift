import Autograd
import AutogradTesting
import Testing

/// Depthwise convolutions of images against sums computed tap by tap: complete tiles, their edges, remaining
/// channels, and adjacent outputs that are processed as one.
@Suite struct DepthwiseTests {
    struct Convolution: Sendable, CustomTestStringConvertible {
        var height: Int, width: Int, channels: Int, kernel: Int, stride = 1
        var before = 1, after = 1

        var testDescription: String {
            "\(height)x\(width)x\(channels) k\(kernel) s\(stride) \(before)+\(after)"
        }

        var padding: Padding { .amounts(before: [before, before], after: [after, after]) }
        var outputs: (Int, Int) {
            ((height + before + after - kernel) / stride + 1, (width + before + after - kernel) / stride + 1)
        }

        /// Calls `body` with the flat indices of output, input and tap for every product in the sum.
        func forEachProduct(_ body: (_ output: Int, _ input: Int, _ tap: Int) -> Void) {
            for row in 0..<outputs.0 {
                for column in 0..<outputs.1 {
                    for i in 0..<kernel {
                        for j in 0..<kernel {
                            let (h, w) = (row * stride - before + i, column * stride - before + j)
                            guard (0..<height).contains(h), (0..<width).contains(w) else { continue }
                            for c in 0..<channels {
                                body(
                                    (row * outputs.1 + column) * channels + c, (h * width + w) * channels + c,
                                    (i * kernel + j) * channels + c)
                            }
                        }
                    }
                }
            }
        }
    }

    static let convolutions = [
        Convolution(height: 11, width: 13, channels: 32, kernel: 3),
        Convolution(height: 10, width: 20, channels: 37, kernel: 3),
        Convolution(height: 9, width: 19, channels: 48, kernel: 3, stride: 2),
        Convolution(height: 12, width: 18, channels: 16, kernel: 3, stride: 2, before: 0, after: 1),
        Convolution(height: 13, width: 17, channels: 32, kernel: 5, before: 2, after: 2),
        Convolution(height: 14, width: 23, channels: 16, kernel: 5, stride: 2, before: 2, after: 2),
        Convolution(height: 8, width: 22, channels: 20, kernel: 5, stride: 2, before: 1, after: 2),
        Convolution(height: 7, width: 25, channels: 24, kernel: 3),
        Convolution(height: 6, width: 18, channels: 40, kernel: 3, before: 0, after: 2),
        Convolution(height: 6, width: 5, channels: 40, kernel: 3),
        Convolution(height: 5, width: 21, channels: 56, kernel: 3, before: 2, after: 0),
        Convolution(height: 5, width: 21, channels: 72, kernel: 3),
        Convolution(height: 3, width: 3, channels: 32, kernel: 5, before: 2, after: 2),
        Convolution(height: 1, width: 1, channels: 16, kernel: 3),
        Convolution(height: 9, width: 12, channels: 32, kernel: 7, before: 3, after: 3),
        Convolution(height: 9, width: 12, channels: 8, kernel: 3),
    ]

    @Test(arguments: convolutions) func valuesAndGradients(_ convolution: Convolution) throws {
        let (kernel, channels) = (convolution.kernel, convolution.channels)
        let generator = RandomGenerator(seed: 1)
        let x = Parameter(.normal([2, convolution.height, convolution.width, channels], using: generator))
        let weight = Parameter(.normal([kernel, kernel, 1, channels], using: generator))
        let bias = Parameter(.normal([channels], using: generator))
        let y = conv2d(
            x.tensor, weight.tensor, bias: bias.tensor, stride: (convolution.stride, convolution.stride),
            groups: channels, padding: convolution.padding)
        #expect(y.shape == [2, convolution.outputs.0, convolution.outputs.1, channels])
        let cotangent = Tensor.normal(y.shape, using: generator)
        let gradients = y.backward(cotangent)

        let (xs, weights, up) = (x.value.array, weight.value.array, cotangent.array)
        var expected = (0..<y.count).map { Double(bias.value.array[$0 % channels]) }
        var dx = Array(repeating: 0.0, count: xs.count)
        var dWeight = Array(repeating: 0.0, count: weights.count)
        for image in 0..<2 {
            let (first, at) = (image * xs.count / 2, image * y.count / 2)
            convolution.forEachProduct { output, input, tap in
                expected[at + output] += Double(xs[first + input]) * Double(weights[tap])
                dx[first + input] += Double(up[at + output]) * Double(weights[tap])
                dWeight[tap] += Double(up[at + output]) * Double(xs[first + input])
            }
        }
        func check(_ found: Tensor?, _ expected: [Double]) throws {
            let found = try #require(found)
            let largest = expected.map(abs).max() ?? 0
            for (a, b) in zip(found.array, expected) { #expect(abs(Double(a) - b) <= 1e-5 * largest) }
        }
        try check(y, expected)
        try check(gradients[x], dx)
        try check(gradients[weight], dWeight)
    }

    /// A result written with nontemporal stores is bit-identical to its images computed one by one.
    @Test(arguments: [(64, 3, 1), (40, 3, 1), (64, 5, 2)])
    func largeResults(_ channels: Int, _ kernel: Int, _ stride: Int) {
        let generator = RandomGenerator(seed: 2)
        let x = Tensor.normal([8, 64 * stride, 62 * stride, channels], using: generator)
        let weight = Tensor.normal([kernel, kernel, 1, channels], using: generator)
        let padding = Padding.amounts(before: [kernel / 2, kernel / 2], after: [kernel / 2, kernel / 2])
        func convolved(_ x: Tensor) -> [Real] {
            conv2d(x, weight, stride: (stride, stride), groups: channels, padding: padding, activation: .relu)
                .array
        }
        let all = convolved(x)
        let size = all.count / 8
        for image in 0..<8 {
            let one = convolved(x.slice(axis: 0, image..<image + 1))
            #expect(areBitIdentical([Array(all[image * size..<(image + 1) * size])], [one]))
        }
    }
}
