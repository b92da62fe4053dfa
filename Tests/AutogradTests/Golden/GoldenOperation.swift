import Autograd

/// How an operation of the golden files is written with ours.
struct GoldenOperation: Sendable {
    let compute: @Sendable (GoldenCall) throws -> [String: Tensor]
    /// Whether its gradient adds numbers up, so that it cannot be compared bit for bit.
    let addsGradients: Bool

    /// With one output, `y`.
    init(addsGradients: Bool = false, _ compute: @escaping @Sendable (GoldenCall) throws -> Tensor) {
        self.compute = { ["y": try compute($0)] }
        self.addsGradients = addsGradients
    }

    /// With several outputs, by name.
    static func named(_ compute: @escaping @Sendable (GoldenCall) throws -> [String: Tensor])
        -> GoldenOperation
    {
        GoldenOperation(outputs: compute)
    }

    private init(outputs: @escaping @Sendable (GoldenCall) throws -> [String: Tensor]) {
        compute = outputs
        addsGradients = false
    }

    /// The operations of each group that is covered.
    static let groups: [String: [String: GoldenOperation]] = [
        "elementwise": elementwise, "matmul": matrix, "reduce": reduce, "shape": shape, "conv": convolution,
        "pool": pool, "norm": norm, "rnn": recurrent, "attention": attention, "loss": loss,
    ]

    /// Groups that the tests of other modules read.
    static let elsewhere: Set = ["audio", "classical", "metrics", "models", "optim", "schedule"]

    static func unary(_ operation: @escaping @Sendable (Tensor) -> Tensor) -> GoldenOperation {
        GoldenOperation { operation(try $0("x")) }
    }

    static func binary(_ operation: @escaping @Sendable (Tensor, Tensor) -> Tensor) -> GoldenOperation {
        GoldenOperation { operation(try $0("x"), try $0("y")) }
    }
}
