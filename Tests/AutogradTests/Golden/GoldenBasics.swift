import Autograd

extension GoldenOperation {
    static let elementwise: [String: GoldenOperation] = [
        "add": .binary { $0 + $1 },
        "sub": .binary { $0 - $1 },
        "mul": .binary { $0 * $1 },
        "div": .binary { $0 / $1 },
        "maximum": .binary { maximum($0, $1) },
        "minimum": .binary { minimum($0, $1) },
        "pow": .binary { pow($0, $1) },
        "exp": .unary { $0.exp() },
        "log": .unary { $0.log() },
        "log1p": .unary { $0.log1p() },
        "sqrt": .unary { $0.sqrt() },
        "rsqrt": .unary { $0.rsqrt() },
        "reciprocal": .unary { $0.reciprocal() },
        "square": .unary { $0.square() },
        "abs": .unary { $0.abs() },
        "neg": .unary { -$0 },
        "sin": .unary { $0.sin() },
        "cos": .unary { $0.cos() },
        "erf": .unary { $0.erf() },
        "tanh": .unary { $0.tanh() },
        "sigmoid": .unary { $0.sigmoid() },
        "log_sigmoid": .unary { $0.logSigmoid() },
        "relu": .unary { $0.relu() },
        "gelu": .unary { $0.gelu() },
        "gelu_tanh": .unary { $0.gelu(approximate: true) },
        "silu": .unary { $0.silu() },
        "softplus": .unary { $0.softplus() },
        "leaky_relu": .init { try $0("x").leakyRelu(slope: $0.real("slope")) },
        "elu": .init { try $0("x").elu(alpha: $0.real("alpha")) },
        "clamp": .init { try $0("x").clipped(min: $0.real("min"), max: $0.real("max")) },
        "softmax": .init { try $0("x").softmax(axis: $0.int("axis")) },
        "log_softmax": .init { try $0("x").logSoftmax(axis: $0.int("axis")) },
        "logsumexp": .init { try $0("x").logSumExp(axis: $0.int("axis")) },
        "where": .init { choose(try $0("c"), try $0("x"), try $0("y")) },
        "masked_fill": .init { try $0("x").maskedFill($0("c"), $0.real("value")) },
        "x*x + tanh(x)*x": .unary { $0 * $0 + $0.tanh() * $0 },
    ]

    static let reduce: [String: GoldenOperation] = [
        "sum": .reduction { $0.sum(axes: $1, keepDims: $2) },
        "mean": .reduction { $0.mean(axes: $1, keepDims: $2) },
        "max": .reduction { $0.max(axes: $1, keepDims: $2) },
        "min": .reduction { $0.min(axes: $1, keepDims: $2) },
        "var": .init {
            try $0("x").variance(
                axes: $0.ints("axes"), ddof: $0.int("ddof"), keepDims: $0.bool("keepdim", default: false))
        },
        "std": .init {
            try $0("x").standardDeviation(
                axes: $0.ints("axes"), ddof: $0.int("ddof"), keepDims: $0.bool("keepdim", default: false))
        },
        "cumsum": .init { try $0("x").cumulativeSum(axis: $0.int("axis")) },
        "argmax": .init { try $0("x").argmax(axis: $0.int("axis")).tensor },
        "l2 norm of all": .unary { $0.norm() },
    ]

    private static func reduction(
        _ operation: @escaping @Sendable (Tensor, [Int], Bool) -> Tensor
    ) -> GoldenOperation {
        GoldenOperation {
            operation(try $0("x"), try $0.ints("axes"), try $0.bool("keepdim", default: false))
        }
    }
}
