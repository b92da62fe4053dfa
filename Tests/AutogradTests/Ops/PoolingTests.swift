import Autograd
import AutogradTesting
import Testing

@Suite struct PoolingTests {
    /// A window over images, computed element by element.
    struct Window: Sendable, CustomTestStringConvertible {
        let shape: [Int], kernel: (Int, Int), stride: (Int, Int), before: [Int], after: [Int]

        var testDescription: String { "\(shape) \(kernel) \(stride) \(before) \(after)" }

        /// The output size and the values inside each window, in output order.
        func walk(_ x: [Real]) -> (shape: [Int], windows: [[Real]]) {
            let (n, height, width, channels) = (shape[0], shape[1], shape[2], shape[3])
            let rows = (height + before[0] + after[0] - kernel.0) / stride.0 + 1
            let columns = (width + before[1] + after[1] - kernel.1) / stride.1 + 1
            var windows: [[Real]] = []
            for image in 0..<n {
                for row in 0..<rows {
                    for column in 0..<columns {
                        for channel in 0..<channels {
                            var inside: [Real] = []
                            for i in 0..<kernel.0 {
                                for j in 0..<kernel.1 {
                                    let h = row * stride.0 - before[0] + i
                                    let w = column * stride.1 - before[1] + j
                                    guard (0..<height).contains(h), (0..<width).contains(w) else { continue }
                                    inside.append(x[((image * height + h) * width + w) * channels + channel])
                                }
                            }
                            windows.append(inside)
                        }
                    }
                }
            }
            return ([n, rows, columns, channels], windows)
        }
    }

    static let windows: [Window] = [
        Window(shape: [2, 8, 6, 3], kernel: (2, 2), stride: (2, 2), before: [0, 0], after: [0, 0]),
        Window(shape: [2, 9, 7, 70], kernel: (2, 3), stride: (2, 3), before: [0, 0], after: [0, 0]),
        Window(shape: [1, 7, 8, 33], kernel: (3, 2), stride: (1, 1), before: [0, 0], after: [0, 0]),
        Window(shape: [3, 7, 8, 16], kernel: (3, 3), stride: (2, 2), before: [1, 1], after: [1, 1]),
        Window(shape: [1, 5, 5, 1], kernel: (2, 2), stride: (3, 4), before: [0, 1], after: [1, 0]),
        Window(shape: [1, 40, 300, 8], kernel: (1, 4), stride: (1, 4), before: [0, 2], after: [0, 3]),
    ]

    @Test(arguments: windows) func maximum(_ window: Window) {
        let x = Tensor.normal(window.shape, mean: -5, using: RandomGenerator(seed: 1))
        let (shape, inside) = window.walk(x.array)
        let found = maxPool2d(
            x, kernel: window.kernel, stride: window.stride,
            padding: .amounts(before: window.before, after: window.after))
        #expect(found.shape == shape)
        #expect(found.array == inside.map { $0.max() ?? -.infinity })
        let tracked = maxPool2d(
            Parameter(x).tensor, kernel: window.kernel, stride: window.stride,
            padding: .amounts(before: window.before, after: window.after))
        #expect(tracked.array == found.array)
    }

    @Test(arguments: windows, [true, false]) func average(_ window: Window, _ countsPadding: Bool) {
        let x = Tensor.normal(window.shape, using: RandomGenerator(seed: 1))
        let (shape, inside) = window.walk(x.array)
        let found = avgPool2d(
            x, kernel: window.kernel, stride: window.stride,
            padding: .amounts(before: window.before, after: window.after), countsPadding: countsPadding)
        let whole = window.kernel.0 * window.kernel.1
        let expected = inside.map { values in
            values.reduce(0) { $0 + Double($1) } / Double(countsPadding ? whole : max(values.count, 1))
        }
        #expect(found.shape == shape)
        let difference = Closeness(relative: 0, absolute: 1e-6).difference(
            found.array.map { Double($0) }, expected)
        #expect(difference == nil)
    }

    @Test func sequencesAreChannelsLast() {
        let x = Tensor([1, 10, 5, 2, 3, 30, 9, 4, 7, 7], shape: [1, 5, 2])
        #expect(maxPool1d(x, kernel: 2).array == [5, 10, 9, 30])
        #expect(avgPool1d(x, kernel: 2, stride: 3).array == [3, 6, 8, 5.5])
        #expect(maxPool1d(x, kernel: 3, stride: 2, padding: .same).shape == [1, 3, 2])
    }

    @Test func firstMaximumGetsGradient() {
        let x = Parameter(Tensor([2, 2, 1, 3, 3, 3], shape: [1, 6, 1]))
        let gradients = maxPool1d(x.tensor, kernel: 3).backward(Tensor([5, 7], shape: [1, 2, 1]))
        #expect(gradients[x]?.array == [5, 0, 0, 7, 0, 0])
    }

    @Test func nanIsPropagated() {
        let x = Tensor([1, .nan, 3, 4], shape: [1, 4, 1])
        let found = maxPool1d(x, kernel: 2).array
        #expect(found[0].isNaN && found[1] == 4)
    }

    @Test func windowsWithOnlyPadding() {
        let x = Parameter(Tensor([1, 2], shape: [1, 2, 1]))
        let most = maxPool1d(x.tensor, kernel: 1, stride: 1, padding: 1)
        #expect(most.array == [-.infinity, 1, 2, -.infinity])
        #expect(most.backward(.ones([1, 4, 1]))[x]?.array == [1, 1])
        let mean = avgPool1d(x.tensor, kernel: 1, stride: 1, padding: 1, countsPadding: false)
        #expect(mean.array == [0, 1, 2, 0])
    }

    @Test func invalidShapesAreReported() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = maxPool1d(.zeros([4, 3]), kernel: 2)
        }
        expect(
            result, says: "max_pool1d: an input of shape [4, 3]; expected [batch, time, channels]")
    }
}
