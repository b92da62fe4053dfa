import Autograd

extension GradientCase {
    static let loss: [GradientCase] = [
        .init("softmax_cross_entropy", .normal([4, 3])) {
            softmaxCrossEntropy($0[0], targets: [2, 0, 1, 1])
        },
        .init("softmax_cross_entropy sum, weights and smoothing", .normal([2, 2, 19])) {
            softmaxCrossEntropy(
                $0[0], targets: Indices([2, 0, 18, 1], shape: [2, 2]),
                classWeights: .arange(0.5, 10, 0.5), labelSmoothing: 0.2, reduction: .sum)
        },
        .init("softmax_cross_entropy mean, weights", .normal([3, 2])) {
            softmaxCrossEntropy($0[0], targets: [1, 0, 1], classWeights: Tensor([3, 0.5], shape: [2]))
        },
        .init("softmax_cross_entropy none, smoothing", .normal([3, 2])) {
            softmaxCrossEntropy($0[0], targets: [1, 0, 1], labelSmoothing: 0.1, reduction: .none)
        },
        .init("softmax_cross_entropy none of one row of logits", .normal([3])) {
            softmaxCrossEntropy($0[0], targets: Indices([1], shape: []), reduction: .none)
        },
        .init("softmax_cross_entropy of one class", .normal([3, 1])) {
            softmaxCrossEntropy($0[0], targets: [0, 0, 0])
        },
        .init("softmax_cross_entropy of nothing", .normal([0, 3])) {
            softmaxCrossEntropy($0[0], targets: [], reduction: .sum)
        },
        .init("softmax_cross_entropy_soft", .normal([3, 4]), .positive([3, 4])) {
            softmaxCrossEntropy($0[0], targets: $0[1])
        },
        .init("softmax_cross_entropy_soft sum, weights and smoothing", .normal([2, 3]), .positive([2, 3])) {
            softmaxCrossEntropy(
                $0[0], targets: $0[1], classWeights: Tensor([2, 1, 0.5], shape: [3]), labelSmoothing: 0.1,
                reduction: .sum)
        },
        .init("softmax_cross_entropy_soft none", .normal([2, 1, 3]), .positive([2, 1, 3])) {
            softmaxCrossEntropy($0[0], targets: $0[1], reduction: .none)
        },
        .init("squared_error", .normal([2, 3]), .normal([2, 3])) {
            meanSquaredError($0[0], targets: $0[1])
        },
        .init("squared_error sum", .normal([5]), .normal([5])) {
            meanSquaredError($0[0], targets: $0[1], reduction: .sum)
        },
        .init("squared_error none", .normal([2, 1]), .normal([2, 1])) {
            meanSquaredError($0[0], targets: $0[1], reduction: .none)
        },
        .init("squared_error none of nothing", .normal([0]), .normal([0])) {
            meanSquaredError($0[0], targets: $0[1], reduction: .none)
        },
        .init("huber", .distinct([3, 5])) {
            huberLoss($0[0], targets: .full([3, 5], 0.003), delta: 0.7)
        },
        .init("huber none", .uniform([4], 0.3, 2), .uniform([4], -2, -0.8)) {
            huberLoss($0[0], targets: $0[1], delta: 1, reduction: .none)
        },
        .init("sigmoid_binary_cross_entropy", .distinct([3, 4]), .uniform([3, 4], 0, 1)) {
            sigmoidBinaryCrossEntropy($0[0], targets: $0[1])
        },
        .init("sigmoid_binary_cross_entropy none", .distinct([3, 1]), .uniform([3, 1], 0, 1)) {
            sigmoidBinaryCrossEntropy($0[0], targets: $0[1], reduction: .none)
        },
    ]
}
