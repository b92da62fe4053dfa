import Autograd

extension OperationBench {
    /// The operations that are timed beside other frameworks. Benchmarks/peers/operations_torch.py has the same,
    /// under the same names.
    static let all: [OperationBench] = [
        OperationBench(name: "op-tanh", summary: "tanh of 4M elements.") { _ in
            .forwardOnly([[4 << 20]]) { $0[0].tanh() }
        },
        OperationBench(name: "op-add", summary: "[4096, 1024] + [1024].") { _ in
            .forwardOnly([[4096, 1024], [1024]]) { $0[0] + $0[1] }
        },
        OperationBench(
            name: "op-tiny", summary: "1,000 recorded products of 2 elements; ms here is us for each."
        ) { _ in
            let x = Parameter(Tensor([1, 2], shape: [2])).tensor
            return Prepared(forward: { for _ in 0..<1000 { _ = x * x } })
        },
    ]
}
