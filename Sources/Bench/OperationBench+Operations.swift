import Autograd
import Layers

extension OperationBench {
    /// The operations compared with other frameworks. Benchmarks/peers/operations_torch.py uses the same names.
    static let all: [OperationBench] = [
        OperationBench(
            name: "op-matmul-1024", summary: "[1024, 1024] x [1024, 1024].",
            cost: { _ in .product(1024, 1024, 1024) }
        ) { _ in
            .forwardOnly([[1024, 1024], [1024, 1024]]) { matmul($0[0], $0[1]) }
        },
        OperationBench(
            name: "op-matmul-small", summary: "[64, 128] x [128, 384].", cost: { _ in .product(64, 384, 128) }
        ) { _ in
            .forwardOnly([[64, 128], [128, 384]]) { matmul($0[0], $0[1]) }
        },
        .conv1d("op-conv1d-a1", batch: 32, steps: 200, channels: 40, filters: 64, kernel: 5),
        .conv1d("op-conv1d-a2", batch: 32, steps: 100, channels: 64, filters: 128, kernel: 3),
        .conv1d("op-conv1d-wide", batch: 64, steps: 200, channels: 64, filters: 128, kernel: 5),
        OperationBench(
            name: "op-conv2d-depthwise", summary: "Depthwise convolution 3x3 of [batch, 56, 56, 144].",
            batch: 8,
            cost: { batch in
                let elements = batch * 56 * 56 * 144
                return Cost(
                    forward: Work(multiplyAdds: elements * 9, elements: 2 * elements),
                    backward: Work(multiplyAdds: 2 * elements * 9, elements: 3 * elements))
            }
        ) { batch in
            .differentiated([[batch, 56, 56, 144], [3, 3, 1, 144]]) {
                conv2d($0[0], $0[1], groups: 144, padding: .same)
            }
        },
        .gru("op-gru-32", batch: 32),
        .gru("op-gru-64", batch: 64),
        OperationBench(
            name: "op-tanh", summary: "tanh of 4M elements.", cost: { _ in .moving(2 * (4 << 20)) }
        ) { _ in
            .forwardOnly([[4 << 20]]) { $0[0].tanh() }
        },
        OperationBench(
            name: "op-add", summary: "[4096, 1024] + [1024].", cost: { _ in .moving(2 * (4 << 20)) }
        ) {
            _ in
            .forwardOnly([[4096, 1024], [1024]]) { $0[0] + $0[1] }
        },
        OperationBench(
            name: "op-cross-entropy", summary: "Softmax cross-entropy of [batch, 512].", batch: 4096,
            cost: { .moving($0 * 512, backward: 2 * $0 * 512) }
        ) { batch in
            let generator = RandomGenerator(seed: 2)
            let targets = Indices((0..<batch).map { _ in generator.below(512) })
            return .differentiated([[batch, 512]]) { softmaxCrossEntropy($0[0], targets: targets) }
        },
        OperationBench(
            name: "op-batch-norm", summary: "Batch norm of [batch, 200, 64].", batch: 32,
            cost: { .moving(2 * $0 * 200 * 64, backward: 3 * $0 * 200 * 64) }
        ) {
            batch in
            .differentiated([[batch, 200, 64], [64], [64]]) {
                batchNorm($0[0], gamma: $0[1], beta: $0[2]).output
            }
        },
        .adam,
        OperationBench(
            name: "op-tiny",
            summary:
                "1,000 recorded products of tensors with 2 elements; the time in ms is the time per operation in µs."
        ) { _ in
            let x = Parameter(Tensor([1, 2], shape: [2])).tensor
            return Prepared(forward: { for _ in 0..<1000 { _ = x * x } })
        },
    ]

    private static func conv1d(
        _ name: String, batch: Int, steps: Int, channels: Int, filters: Int, kernel: Int
    ) -> OperationBench {
        OperationBench(
            name: name,
            summary:
                "Convolution of [batch, \(steps), \(channels)] to \(filters) channels, kernel \(kernel), same padding.",
            batch: batch,
            cost: { batch in
                let (x, y, weight) = (
                    batch * steps * channels, batch * steps * filters, kernel * channels * filters
                )
                return Cost(
                    forward: Work(multiplyAdds: batch * steps * weight, elements: x + y + weight),
                    backward: Work(multiplyAdds: 2 * batch * steps * weight, elements: 2 * x + y + 2 * weight)
                )
            }
        ) { batch in
            .differentiated([[batch, steps, channels], [kernel, channels, filters], [filters]]) {
                Autograd.conv1d($0[0], $0[1], bias: $0[2], padding: .same)
            }
        }
    }

    private static func gru(_ name: String, batch: Int) -> OperationBench {
        OperationBench(
            name: name, summary: "GRU of 128 units over [batch, 100, 128].", batch: batch,
            cost: { batch in
                let (steps, weights) = (batch * 100, 2 * 128 * 384)
                return Cost(
                    forward: Work(multiplyAdds: steps * weights, elements: 2 * steps * 128 + weights),
                    backward: Work(multiplyAdds: 2 * steps * weights, elements: 3 * steps * 128 + 2 * weights)
                )
            }
        ) { batch in
            .differentiated([[batch, 100, 128], [128, 384], [128, 384], [384], [384]], deviation: 0.05) {
                Autograd.gru(
                    $0[0], weight: $0[1], recurrentWeight: $0[2], bias: $0[3], recurrentBias: $0[4]
                ).outputs
            }
        }
    }

    private static let adam = OperationBench(
        name: "op-adam", summary: "A step of Adam on 1M parameters.", cost: { _ in .moving(7 << 20) }
    ) { _ in
        let generator = RandomGenerator(seed: 1)
        let parameter = Parameter(.normal([1 << 20], using: generator))
        let optimizer = Optimizer(Adam(), [parameter])
        let gradients = parameter.tensor.backward(.normal([1 << 20], using: generator))
        return Prepared(forward: { optimizer.move(gradients) })
    }
}
