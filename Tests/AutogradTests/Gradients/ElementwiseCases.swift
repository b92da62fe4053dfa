import Autograd

extension GradientCase {
    /// Unary and binary functions, with every kind of broadcasting.
    static let elementwise: [GradientCase] = unary + binary + numbers

    private static let unary: [GradientCase] = [
        .init("exp", .normal([3, 4])) { $0[0].exp() },
        .init("log", .positive([3, 4])) { $0[0].log() },
        .init("log1p", .positive([3, 4])) { $0[0].log1p() },
        .init("sqrt", .positive([3, 4])) { $0[0].sqrt() },
        .init("rsqrt", .positive([3, 4])) { $0[0].rsqrt() },
        .init("reciprocal", .positive([3, 4])) { $0[0].reciprocal() },
        .init("square", .normal([3, 4])) { $0[0].square() },
        .init("abs", .distinct([3, 4])) { $0[0].abs() },
        .init("sin", .normal([3, 4])) { $0[0].sin() },
        .init("cos", .normal([3, 4])) { $0[0].cos() },
        .init("erf", .normal([3, 4])) { $0[0].erf() },
        .init("tanh", .normal([3, 4])) { $0[0].tanh() },
        .init("sigmoid", .normal([3, 4])) { $0[0].sigmoid() },
        .init("log sigmoid", .normal([3, 4])) { $0[0].logSigmoid() },
        .init("relu", .distinct([3, 4])) { $0[0].relu() },
        .init("silu", .normal([3, 4])) { $0[0].silu() },
        .init("softplus", .normal([3, 4])) { $0[0].softplus() },
        .init("gelu", .normal([3, 4])) { $0[0].gelu() },
        .init("gelu by tanh", .normal([3, 4])) { $0[0].gelu(approximate: true) },
        .init("leaky relu", .distinct([3, 4])) { $0[0].leakyRelu(slope: 0.2) },
        .init("elu", .distinct([3, 4])) { $0[0].elu(alpha: 0.7) },
        .init("clip", .distinct([3, 4])) { $0[0].clipped(min: -0.5, max: 0.6) },
        .init("clip from below", .distinct([3, 4])) { $0[0].clipped(min: -0.2) },
        .init("power", .positive([3, 4])) { $0[0].pow(2.5) },
        .init("power of a negative base", .distinct([3, 4])) { $0[0].pow(3) },
        .init("power by reciprocal", .positive([3, 4])) { $0[0].pow(-1) },
        .init("power by square", .normal([3, 4])) { $0[0].pow(2) },
        .init("negate", .normal([3, 4])) { -$0[0] },
        .init("sign", .distinct([3, 4])) { $0[0].sign() },
        .init("tanh of a scalar", .normal([])) { $0[0].tanh() },
        .init("tanh of one element", .normal([1, 1])) { $0[0].tanh() },
        .init("tanh of nothing", .normal([2, 0])) { $0[0].tanh() },
        .init("elu of nothing", .normal([0])) { $0[0].elu() },
    ]

    /// Shapes of two operands: equal, a trailing vector, a column, both broadcast, a scalar, the left one
    /// broadcast, single elements, empty.
    private static let pairs: [([Int], [Int])] = [
        ([3, 4], [3, 4]), ([2, 3, 4], [4]), ([2, 3, 4], [3, 1]), ([2, 1, 4], [3, 1]), ([3, 4], []),
        ([4], [2, 3, 4]),
        ([2, 1, 3, 1], [1, 2, 1, 4]), ([1], [1, 1]), ([], []), ([0, 3], [3]), ([2, 1], [0]),
    ]

    private static let functions: [(String, @Sendable (Tensor, Tensor) -> Tensor)] = [
        ("add", { $0 + $1 }), ("subtract", { $0 - $1 }), ("multiply", { $0 * $1 }), ("divide", { $0 / $1 }),
        ("pow", { pow($0, $1) }), ("maximum", { maximum($0, $1) }), ("minimum", { minimum($0, $1) }),
        ("choose", { choose(greater($0, $1), $0 * $0, $1) }),
    ]

    private static let binary: [GradientCase] = functions.flatMap { name, function in
        pairs.map { a, b in
            .init("\(name) \(a) \(b)", .positive(a), .distinct(b)) { function($0[0], $0[1].abs() + 0.37) }
        }
    }

    private static let numbers: [GradientCase] = [
        .init("add a number", .normal([2, 3])) { 2 + $0[0] + 1 },
        .init("subtract a number", .normal([2, 3])) { 2 - ($0[0] - 1) },
        .init("multiply by a number", .normal([2, 3])) { 2 * $0[0] * 3 },
        .init("divide by a number", .positive([2, 3])) { 2 / ($0[0] / 3) },
        .init("power of a number", .normal([2, 3])) { pow(2, $0[0]) },
        .init("a tensor with itself", .normal([2, 3])) { $0[0] * $0[0] + $0[0].tanh() * $0[0] },
        .init("un-broadcast", .normal([2, 3, 4])) { $0[0].sum(to: [3, 1]) },
        .init("compound assignment", .normal([2, 3]), .normal([3])) {
            var y = $0[0]
            y += $0[1]
            y *= y
            y -= $0[1]
            y /= 3
            return y
        },
    ]
}
