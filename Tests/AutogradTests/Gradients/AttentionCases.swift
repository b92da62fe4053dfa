import Autograd

extension GradientCase {
    static let attention: [GradientCase] = [
        .init("additive attention", .normal([3, 4, 5]), .normal([5, 6]), .normal([6]), .normal([6])) {
            let pooled = additiveAttention($0[0], weight: $0[1], bias: $0[2], scorer: $0[3])
            return [pooled.context, pooled.weights]
        },
        .init("additive attention without bias", .normal([2, 4, 3]), .normal([3, 20]), .normal([20])) {
            additiveAttention($0[0], weight: $0[1], bias: nil, scorer: $0[2]).context
        },
        .init("additive attention, weights only", .normal([2, 4, 3]), .normal([3, 2]), .normal([2])) {
            additiveAttention($0[0], weight: $0[1], bias: nil, scorer: $0[2]).weights
        },
        .init(
            "additive attention with a mask", .normal([3, 4, 5]), .normal([5, 6]), .normal([6]), .normal([6])
        ) {
            let mask = Tensor([1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0], shape: [3, 4])
            let pooled = additiveAttention($0[0], weight: $0[1], bias: $0[2], scorer: $0[3], mask: mask)
            return [pooled.context, pooled.weights]
        },
        .init("additive attention of one step", .normal([2, 1, 3]), .normal([3, 2]), .normal([2])) {
            additiveAttention($0[0], weight: $0[1], bias: nil, scorer: $0[2]).context
        },
        .init("additive attention of no sequences", .normal([0, 4, 3]), .normal([3, 2]), .normal([2])) {
            additiveAttention($0[0], weight: $0[1], bias: nil, scorer: $0[2]).context
        },
    ]
}
