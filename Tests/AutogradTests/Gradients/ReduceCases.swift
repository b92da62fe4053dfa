import Autograd

extension GradientCase {
    /// Reductions over one axis, several axes, nonadjacent axes and all axes; the softmax family.
    static let reductions: [GradientCase] = overAxes + alongAnAxis

    private static let axes: [[Int]?] = [nil, [0], [1], [-1], [0, 1], [0, 2], [1, 2], []]

    private static let functions: [(String, @Sendable (Tensor, [Int]?, Bool) -> Tensor)] = [
        ("sum", { $0.sum(axes: $1, keepDims: $2) }),
        ("mean", { $0.mean(axes: $1, keepDims: $2) }),
        ("variance", { $0.variance(axes: $1, keepDims: $2) }),
        ("max", { $0.max(axes: $1, keepDims: $2) }),
        ("min", { $0.min(axes: $1, keepDims: $2) }),
        ("norm", { $0.norm(axes: $1, keepDims: $2) }),
        ("norm of order 1", { $0.norm(.one, axes: $1, keepDims: $2) }),
        ("norm of infinite order", { ($0 + 0.03).norm(.infinity, axes: $1, keepDims: $2) }),
    ]

    private static let overAxes: [GradientCase] =
        functions.flatMap { name, function in
            axes.flatMap { axes in
                [false, true].map { keep in
                    .init(
                        "\(name) over \(axes.map(String.init(describing:)) ?? "all"), kept \(keep)",
                        .distinct([2, 3, 4])
                    ) {
                        function($0[0], axes, keep)
                    }
                }
            } + [
                .init("\(name) of a scalar", .distinct([])) { function($0[0], nil, false) },
                .init("\(name) over single elements", .distinct([2, 1, 3])) { function($0[0], [1], false) },
                .init("\(name) of nothing", .distinct([0, 3])) { function($0[0], [1], false) },
            ]
        } + [
            .init("sum over an empty axis", .normal([0, 3])) { $0[0].sum(axes: [0]) },
            .init("variance, ddof 1", .normal([3, 4])) { $0[0].variance(axes: [1], ddof: 1) },
            .init("variance around a large mean", .uniform([3, 4], 9, 11)) { $0[0].variance(axes: [0]) },
            .init("standard deviation", .normal([3, 4])) { $0[0].standardDeviation(axes: [0], ddof: 1) },
        ]

    private static let alongAnAxis: [GradientCase] =
        [0, 1, -1].flatMap { axis -> [GradientCase] in
            [
                .init("softmax along \(axis)", .normal([3, 4, 2])) { $0[0].softmax(axis: axis) },
                .init("log-softmax along \(axis)", .normal([3, 4, 2])) { $0[0].logSoftmax(axis: axis) },
                .init("log-sum-exp along \(axis)", .normal([3, 4, 2])) { $0[0].logSumExp(axis: axis) },
                .init("log-sum-exp along \(axis), kept", .normal([3, 4, 2])) {
                    $0[0].logSumExp(axis: axis, keepDims: true)
                },
                .init("cumulative sum along \(axis)", .normal([3, 4, 2])) { $0[0].cumulativeSum(axis: axis) },
                .init("softmax of single elements along \(axis)", .normal([1, 1, 1])) {
                    $0[0].softmax(axis: axis)
                },
                .init("softmax of nothing along \(axis)", .normal([0, 3, 2])) { $0[0].softmax(axis: axis) },
                .init("cumulative sum of nothing along \(axis)", .normal([2, 0, 2])) {
                    $0[0].cumulativeSum(axis: axis)
                },
            ]
        }
}
