import Autograd

extension GradientCase {
    static let norm: [GradientCase] = [
        .init("batch_norm", .normal([4, 3]), .positive([3]), .normal([3])) {
            batchNorm($0[0], gamma: $0[1], beta: $0[2]).output
        },
        .init("batch_norm of sequences", .normal([3, 5, 2]), .positive([2]), .normal([2])) {
            batchNorm($0[0], gamma: $0[1], beta: $0[2], epsilon: 0.1).output
        },
        .init("batch_norm of pictures", .normal([2, 3, 2, 17]), .normal([17])) {
            batchNorm($0[0], gamma: $0[1]).output
        },
        .init("batch_norm without gamma", .normal([6, 70]), .normal([70])) {
            batchNorm($0[0], beta: $0[1]).output
        },
        .init("batch_norm without gamma and beta", .normal([5, 1])) { batchNorm($0[0]).output },
        .init("batch_norm of rows taken together", .normal([2, 8, 3]), .positive([3]), .normal([3])) {
            batchNorm($0[0], gamma: $0[1], beta: $0[2]).output
        },
        .init("batch_norm with relu", .normal([4, 4, 6]), .positive([6]), .normal([6])) {
            batchNorm($0[0], gamma: $0[1], beta: $0[2], activation: .relu).output
        },
        .init("batch_norm with silu", .normal([5, 3]), .positive([3]), .normal([3])) {
            batchNorm($0[0], gamma: $0[1], beta: $0[2], activation: .silu).output
        },
        .init("batch_norm of constant input", .normal([2]), .normal([2])) {
            batchNorm(Tensor([1, 5, 2, 3, 4, 4], shape: [3, 2]), gamma: $0[0], beta: $0[1]).output
        },
        .init("batch_norm of a single row", .normal([1, 3]), .normal([3]), .normal([3])) {
            batchNorm($0[0], gamma: $0[1], beta: $0[2]).output
        },
        .init("batch_norm of nothing", .normal([0, 3]), .normal([3]), .normal([3])) {
            batchNorm($0[0], gamma: $0[1], beta: $0[2]).output
        },
        .init("batch_norm_fixed", .normal([2, 4, 3]), .positive([3]), .normal([3])) {
            batchNorm(
                $0[0], mean: Tensor([0.5, -1, 2], shape: [3]), variance: Tensor([0.5, 1, 2], shape: [3]),
                gamma: $0[1], beta: $0[2])
        },
        .init("batch_norm_fixed with silu", .normal([2, 4, 3]), .positive([3]), .normal([3])) {
            batchNorm(
                $0[0], mean: Tensor([0.5, -1, 2], shape: [3]), variance: Tensor([0.5, 1, 2], shape: [3]),
                gamma: $0[1], beta: $0[2], activation: .silu)
        },
        .init("batch_norm_fixed with beta alone", .normal([2, 1]), .normal([1])) {
            batchNorm(
                $0[0], mean: Tensor([0.5], shape: [1]), variance: Tensor([2], shape: [1]), beta: $0[1])
        },
        .init("batch_norm_fixed alone", .normal([3, 1])) {
            batchNorm($0[0], mean: Tensor([0.5], shape: [1]), variance: Tensor([2], shape: [1]))
        },
        .init("layer_norm", .normal([2, 3, 5]), .positive([5]), .normal([5])) {
            layerNorm($0[0], gamma: $0[1], beta: $0[2])
        },
        .init("layer_norm of two axes", .normal([2, 3, 4]), .normal([3, 4]), .normal([3, 4])) {
            layerNorm($0[0], gamma: $0[1], beta: $0[2], axes: 2)
        },
        .init("layer_norm of long rows", .normal([2, 37]), .normal([37])) {
            layerNorm($0[0], gamma: $0[1], epsilon: 0.1)
        },
        .init("layer_norm with beta alone", .normal([4, 3]), .normal([3])) {
            layerNorm($0[0], beta: $0[1])
        },
        .init("layer_norm alone", .normal([7])) { layerNorm($0[0]) },
        .init("layer_norm of constant input", .normal([3]), .normal([3])) {
            layerNorm(Tensor([1, 5, 2, 3, 4, 4], shape: [2, 3]), gamma: $0[0], beta: $0[1])
        },
        .init("layer_norm of one element", .normal([3, 1]), .normal([1]), .normal([1])) {
            layerNorm($0[0], gamma: $0[1], beta: $0[2])
        },
        .init("layer_norm of no rows", .normal([0, 3]), .normal([3]), .normal([3])) {
            layerNorm($0[0], gamma: $0[1], beta: $0[2])
        },
        .init("layer_norm of empty rows", .normal([2, 0]), .normal([0]), .normal([0])) {
            layerNorm($0[0], gamma: $0[1], beta: $0[2])
        },
        .init("group_norm", .normal([2, 3, 6]), .positive([6]), .normal([6])) {
            groupNorm($0[0], groups: 2, gamma: $0[1], beta: $0[2])
        },
        .init("group_norm of each channel", .normal([2, 2, 3, 3]), .normal([3])) {
            groupNorm($0[0], groups: 3, gamma: $0[1], epsilon: 0.1)
        },
        .init("group_norm of all channels", .normal([3, 4]), .normal([4])) {
            groupNorm($0[0], groups: 1, beta: $0[1])
        },
        .init("group_norm alone", .normal([1, 4, 2])) { groupNorm($0[0], groups: 1) },
        .init("group_norm of no examples", .normal([0, 4, 2]), .normal([2])) {
            groupNorm($0[0], groups: 2, gamma: $0[1])
        },
        .init("group_norm of no rows", .normal([2, 0, 2]), .normal([2])) {
            groupNorm($0[0], groups: 2, gamma: $0[1])
        },
    ]
}
