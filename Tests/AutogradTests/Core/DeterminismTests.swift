import Autograd
import Testing

/// Bit-identical results for any number of threads: values and gradients of operations that are split into several
/// chunks, and a whole training run.
@Suite struct DeterminismTests {
    static let threadCounts = [1, 2, 3, 7]

    // Each runs in a separate process, where no other test uses the threads.

    @Test(arguments: GradientCase.large.map(\.name))
    func sameBits(_ name: String) async {
        await #expect(processExitsWith: .success) { [name] in
            let largeCase = try #require(GradientCase.large.first { $0.name == name })
            var reference: [[Real]]?
            for threads in DeterminismTests.threadCounts {
                Parallel.threads = threads
                // Twice, because the assignment of chunks to threads varies.
                for _ in 0..<2 {
                    let found = largeCase.outputsAndGradients()
                    #expect(!found.isEmpty)
                    let expected = reference ?? found
                    reference = expected
                    #expect(areBitIdentical(found, expected), "with \(threads) threads")
                }
            }
        }
    }

    @Test func trainingIsBitIdentical() async {
        await #expect(processExitsWith: .success) {
            var reference: [[Real]]?
            for threads in DeterminismTests.threadCounts {
                Parallel.threads = threads
                let model = SequenceModel()
                let losses = (0..<10).map { _ in model.step() }
                let found = [losses] + model.parameters.map(\.value.array)
                let expected = reference ?? found
                reference = expected
                #expect(areBitIdentical(found, expected), "with \(threads) threads")
                #expect(losses[9] < losses[0])
            }
        }
    }
}

/// Returns whether two arrays are bit-identical; NaN equals itself.
func areBitIdentical(_ a: [[Real]], _ b: [[Real]]) -> Bool {
    a.map { $0.map(\.bitPattern) } == b.map { $0.map(\.bitPattern) }
}

extension GradientCase {
    /// The elements of the outputs, followed by those of the gradients for fixed cotangents.
    func outputsAndGradients() -> [[Real]] {
        let parameters = tensors.map { Parameter($0) }
        let outputs = function(parameters.map(\.tensor))
        let generator = RandomGenerator(seed: 3)
        let pairs = outputs.map { ($0, Tensor.normal($0.shape, using: generator)) }
        let gradients = backward(pairs)
        return outputs.map(\.array) + parameters.compactMap { gradients[$0]?.array }
    }

    /// Operations at sizes at which they are split into several chunks.
    static let large: [GradientCase] = [
        .init("tanh", .normal([3, 50_000])) { $0[0].tanh() },
        .init("broadcast add", .normal([300, 400]), .normal([400])) { $0[0] + $0[1] },
        .init("broadcast multiply", .normal([200, 1, 300]), .normal([7, 1])) { $0[0] * $0[1] },
        .init("divide", .normal([400, 300]), .positive([400, 1])) { $0[0] / $0[1] },
        .init("sum", .normal([300_000])) { $0[0].sum() },
        .init("sum over the first axis", .normal([5000, 40])) { $0[0].sum(axes: [0]) },
        .init("sum over the middle", .normal([30, 700, 20])) { $0[0].sum(axes: [1]) },
        .init("mean", .normal([500, 300])) { $0[0].mean(axes: [1]) },
        .init("variance", .normal([40_000, 5])) { $0[0].variance(axes: [0]) },
        .init("max", .normal([300, 400])) { $0[0].max(axes: [0]) },
        .init("norm", .normal([200_000])) { $0[0].norm() },
        .init("cumulative sum", .normal([20, 300, 30])) { $0[0].cumulativeSum(axis: 1) },
        .init("softmax", .normal([600, 200])) { $0[0].softmax(axis: 1) },
        .init("log softmax", .normal([200, 600])) { $0[0].logSoftmax(axis: 0) },
        .init("log sum exp", .normal([600, 200])) { $0[0].logSumExp(axis: 1) },
        .init("permute", .normal([60, 70, 50])) { $0[0].permuted([2, 0, 1]) },
        .init("concatenate", .normal([200, 300]), .normal([200, 500])) { concatenate($0, axis: 1) },
        .init("gather", .normal([300, 100])) { x in
            let generator = RandomGenerator(seed: 2)
            let places = Indices((0..<50_000).map { _ in generator.below(300) }, shape: [500, 100])
            return x[0].gathered(places, axis: 0)
        },
        .init("embedding", .normal([500, 64])) { x in
            let generator = RandomGenerator(seed: 2)
            return embedding(x[0], Indices((0..<3000).map { _ in generator.below(500) }, shape: [60, 50]))
        },
        .init("dropout", .normal([400, 300])) {
            dropout($0[0], probability: 0.3, using: RandomGenerator(seed: 2))
        },
        .init("matmul", .normal([150, 400]), .normal([400, 230])) { matmul($0[0], $0[1]) },
        .init("matmul, wide sum", .normal([20, 9000]), .normal([9000, 30])) { matmul($0[0], $0[1]) },
        .init("matmul, batched", .normal([12, 60, 50]), .normal([12, 50, 70])) { matmul($0[0], $0[1]) },
        .init("matmul, shared right", .normal([12, 60, 50]), .normal([50, 70])) { matmul($0[0], $0[1]) },
        .init("linear", .normal([32, 50, 60]), .normal([60, 70]), .normal([70])) {
            linear($0[0], $0[1], bias: $0[2])
        },
        .init("conv1d", .normal([16, 60, 24]), .normal([5, 24, 32]), .normal([32])) {
            conv1d($0[0], $0[1], bias: $0[2], padding: .same)
        },
        .init("conv1d, one sequence", .normal([1, 300, 24]), .normal([5, 24, 32]), .normal([32])) {
            conv1d($0[0], $0[1], bias: $0[2], padding: .same)
        },
        .init("conv1d, one sequence without padding", .normal([1, 700, 24]), .normal([5, 24, 32])) {
            conv1d($0[0], $0[1], stride: 2)
        },
        .init("conv1d, few sequences and dilation", .normal([3, 300, 24]), .normal([5, 24, 32])) {
            conv1d($0[0], $0[1], dilation: 2, padding: .causal)
        },
        .init("conv1d, groups and strides", .normal([16, 60, 24]), .normal([3, 6, 32]), .normal([32])) {
            conv1d($0[0], $0[1], bias: $0[2], stride: 2, dilation: 2, groups: 4, padding: .causal)
        },
        .init("conv2d", .normal([5, 20, 18, 16]), .normal([3, 3, 16, 24]), .normal([24])) {
            conv2d($0[0], $0[1], bias: $0[2], stride: (2, 1), padding: .same)
        },
        .init("conv2d, depthwise", .normal([5, 20, 18, 32]), .normal([3, 3, 1, 32]), .normal([32])) {
            conv2d($0[0], $0[1], bias: $0[2], groups: 32, padding: .same)
        },
        .init(
            "GRU", .normal([13, 20, 24]), .normal([24, 96]), .normal([32, 96]), .normal([96]), .normal([96])
        ) {
            let result = gru(
                $0[0], weight: $0[1], recurrentWeight: $0[2], bias: $0[3], recurrentBias: $0[4],
                lengths: (0..<13).map { 20 - $0 }, reversed: true)
            return [result.outputs, result.last]
        },
        .init(
            "GRU, reset before", .normal([13, 20, 24]), .normal([24, 96]), .normal([32, 96]), .normal([96])
        ) {
            gru($0[0], weight: $0[1], recurrentWeight: $0[2], bias: $0[3], resetAfter: false).outputs
        },
        .init("LSTM", .normal([13, 20, 24]), .normal([24, 128]), .normal([32, 128]), .normal([128])) {
            let result = lstm($0[0], weight: $0[1], recurrentWeight: $0[2], bias: $0[3])
            return [result.outputs, result.last, result.cell]
        },
        .init("additive attention", .normal([40, 30, 48]), .normal([48, 64]), .normal([64]), .normal([64])) {
            let result = additiveAttention($0[0], weight: $0[1], bias: $0[2], scorer: $0[3])
            return [result.context, result.weights]
        },
        .init("batch norm", .normal([90, 40, 33]), .normal([33]), .normal([33])) {
            batchNorm($0[0], gamma: $0[1], beta: $0[2]).output
        },
        .init("layer norm", .normal([900, 150]), .normal([150]), .normal([150])) {
            layerNorm($0[0], gamma: $0[1], beta: $0[2])
        },
        .init("group norm", .normal([30, 50, 64]), .normal([64]), .normal([64])) {
            groupNorm($0[0], groups: 8, gamma: $0[1], beta: $0[2])
        },
        .init("max pool", .normal([20, 101, 40])) { maxPool1d($0[0], kernel: 3, stride: 2) },
        .init("average pool", .normal([6, 31, 33, 20])) {
            avgPool2d($0[0], kernel: (3, 3), stride: (2, 2), padding: .same, countsPadding: false)
        },
        .init("cross-entropy", .normal([9000, 8])) {
            softmaxCrossEntropy($0[0], targets: Indices((0..<9000).map { $0 * 7 % 8 }), labelSmoothing: 0.1)
        },
        .init("squared error", .normal([300, 400]), .normal([300, 400])) {
            meanSquaredError($0[0], targets: $0[1])
        },
        .init("checkpoint", .normal([400, 300])) { checkpoint($0[0]) { $0.tanh() * $0 } },
    ]
}
