import Autograd

extension GradientCase {
    static let shapeOps: [GradientCase] = [
        .init("reshape", .normal([2, 6])) { $0[0].reshaped([3, -1]) },
        .init("reshape to scalar", .normal([1, 1])) { $0[0].reshaped([]) },
        .init("reshape, empty", .normal([0, 3])) { $0[0].reshaped([3, 0]) },
        .init("flatten", .normal([2, 3, 4])) { $0[0].flattened(from: 1) },
        .init("flatten scalar", .normal([])) { $0[0].flattened() },
        .init("squeeze and expand", .normal([2, 1, 3])) { $0[0].squeezed(1).expanded(0) },
        .init("broadcast", .normal([4, 1])) { $0[0].broadcast(to: [3, 4, 2]) },
        .init("broadcast scalar", .normal([])) { $0[0].broadcast(to: [2, 3]) },
        .init("broadcast to empty", .normal([1, 3])) { $0[0].broadcast(to: [0, 3]) },
        .init("permute", .normal([2, 3, 4])) { $0[0].permuted([2, 0, 1]) },
        .init("permute, size 1", .normal([2, 1, 4])) { $0[0].permuted([1, 0, 2]) },
        .init("permute, empty", .normal([2, 0, 4])) { $0[0].permuted([2, 0, 1]) },
        .init("permute scalar", .normal([])) { $0[0].permuted([]) },
        .init("transpose", .normal([2, 17, 18])) { $0[0].transposed() },
        .init("transpose 0, 2", .normal([2, 3, 4])) { $0[0].transposed(0, 2) },
        .init("flip", .normal([2, 3, 4])) { $0[0].flipped(axes: [0, -1]) },
        .init("flip all", .normal([2, 3])) { $0[0].flipped() },
        .init("flip, empty", .normal([2, 0])) { $0[0].flipped(axes: [1]) },
        .init("slice", .normal([3, 4, 6])) { $0[0][1..., AxisSlice.all, 2..<5] },
        .init("slice with steps", .normal([3, 7])) {
            $0[0].slice([AxisSlice(step: 2), AxisSlice(start: -1, stop: 0, step: -3)])
        },
        .init("slice one axis", .normal([2, 5])) { $0[0].slice(axis: 1, start: -3, stop: -1) },
        .init("slice to nothing", .normal([3, 2])) { $0[0].slice(axis: 0, start: 2, stop: 1) },
        .init("slice of nothing", .normal([0, 2])) { $0[0].slice(axis: 1, 0..<1) },
        .init("select", .normal([3, 4, 2])) { $0[0].select(axis: 1, index: -2) },
        .init("select to scalar", .normal([3])) { $0[0].select(axis: 0, index: 1) },
        .init("pad", .normal([2, 3])) { $0[0].padded(before: [1, 0], after: [0, 2], value: 0.5) },
        .init("pad one axis", .normal([2, 1, 3])) { $0[0].padded(axis: 1, before: 1, after: 2) },
        .init("pad, empty", .normal([0, 2])) { $0[0].padded(before: [1, 1], after: [1, 0]) },
        .init("concatenate", .normal([2, 1, 3]), .normal([2, 2, 3]), .normal([2, 0, 3])) {
            concatenate($0, axis: 1)
        },
        .init("concatenate, first axis", .normal([2, 3]), .normal([1, 3])) { concatenate($0) },
        .init("stack", .normal([2, 3]), .normal([2, 3])) { stack($0, axis: 1) },
        .init("stack scalars", .normal([]), .normal([])) { stack($0, axis: -1) },
        .init("stack, empty", .normal([0]), .normal([0])) { stack($0) },
        .init("split", .normal([2, 4, 3])) { (x: [Tensor]) -> [Tensor] in
            x[0].split(sizes: [1, 3, 0], axis: 1)
        },
        .init("split into two", .normal([4])) { (x: [Tensor]) -> [Tensor] in x[0].split(into: 2) },
        .init("split, one piece used", .normal([3, 2])) { $0[0].split(into: 3)[1] },
    ]
}
