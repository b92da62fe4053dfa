import Autograd

extension GradientCase {
    static let indexOps: [GradientCase] = [
        .init("gather", .normal([3, 4])) {
            $0[0].gathered(Indices([2, 0, 0, 1, 3, 3], shape: [3, 2]), axis: 1)
        },
        .init("gather, first axis of three", .normal([3, 2, 2])) {
            $0[0].gathered(Indices([2, 1, 2, 1, 0, 0, 2, 1], shape: [4, 2, 1]), axis: 0)
        },
        .init("gather nothing", .normal([3, 4])) { $0[0].gathered(Indices([], shape: [3, 0]), axis: 1) },
        .init("gather, size 1", .normal([1, 1])) {
            $0[0].gathered(Indices([0, 0], shape: [1, 2]), axis: 1)
        },
        .init("scatter add", .normal([2, 3]), .normal([2, 4])) {
            $0[0].scatterAdded(Indices([0, 2, 2, 1, 1, 1, 1, 0], shape: [2, 4]), $0[1], axis: 1)
        },
        .init("scatter add, larger source", .normal([2, 3]), .normal([3, 4])) {
            $0[0].scatterAdded(Indices([0, 2], shape: [2, 1]), $0[1], axis: 0 + 1)
        },
        .init("scatter add nothing", .normal([2]), .normal([0])) { $0[0].scatterAdded([], $0[1], axis: 0) },
        .init("index select", .normal([2, 3, 2])) { $0[0].indexSelected([2, 0, 2, 2], axis: 1) },
        .init("index select, last axis", .normal([2, 3])) { $0[0].indexSelected([1, 1], axis: -1) },
        .init("index select nothing", .normal([2, 3])) { $0[0].indexSelected([], axis: 0) },
        .init("embedding", .normal([4, 3])) {
            embedding($0[0], Indices([3, 1, 3, 3, 0, 1], shape: [2, 3]))
        },
        .init("embedding, one index", .normal([4, 3])) { embedding($0[0], Indices([2], shape: [])) },
        .init("embedding of nothing", .normal([4, 3])) { embedding($0[0], []) },
        .init("masked fill", .normal([2, 3, 4])) {
            $0[0].maskedFill(Tensor([1, 0, 0, 1, 0, 1], shape: [2, 3, 1]), -7.5)
        },
        .init("masked fill, mask of one axis", .normal([2, 3])) {
            $0[0].maskedFill(Tensor([0, 1, 1], shape: [3]), 2)
        },
        .init("masked fill, empty", .normal([0, 3])) { $0[0].maskedFill(Tensor([0, 1, 1], shape: [3]), 2) },
    ]
}
