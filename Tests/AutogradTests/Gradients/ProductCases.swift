import Autograd

extension GradientCase {
    static let products: [GradientCase] = [
        .init("matmul", .normal([3, 4]), .normal([4, 5])) { matmul($0[0], $0[1]) },
        .init("matmul of a transposed left", .normal([4, 3]), .normal([4, 5])) {
            matmul($0[0], $0[1], transposeA: true)
        },
        .init("matmul of a transposed right", .normal([3, 4]), .normal([5, 4])) {
            matmul($0[0], $0[1], transposeB: true)
        },
        .init("matmul of two transposed", .normal([4, 3]), .normal([5, 4])) {
            matmul($0[0], $0[1], transposeA: true, transposeB: true)
        },
        .init("matmul of batches", .normal([2, 3, 4]), .normal([2, 4, 5])) { matmul($0[0], $0[1]) },
        .init("matmul of broadcast batches", .normal([2, 1, 3, 4]), .normal([3, 4, 2])) {
            matmul($0[0], $0[1])
        },
        .init("matmul of broadcast transposed batches", .normal([1, 4, 3]), .normal([3, 2, 4])) {
            matmul($0[0], $0[1], transposeA: true, transposeB: true)
        },
        .init("matmul of a row", .normal([4]), .normal([4, 5])) { matmul($0[0], $0[1]) },
        .init("matmul of a column", .normal([3, 4]), .normal([4])) { matmul($0[0], $0[1]) },
        .init("matmul of two vectors", .normal([4]), .normal([4])) { matmul($0[0], $0[1]) },
        .init("matmul of size 1", .normal([1, 1]), .normal([1, 1])) { matmul($0[0], $0[1]) },
        .init("matmul of no rows", .normal([0, 4]), .normal([4, 2])) { matmul($0[0], $0[1]) },
        .init("matmul over nothing", .normal([3, 0]), .normal([0, 2])) { matmul($0[0], $0[1]) },
        .init("matmul beyond one tile", .normal([30, 9]), .normal([9, 50])) { matmul($0[0], $0[1]) },
        .init("linear", .normal([3, 4]), .normal([4, 5]), .normal([5])) { linear($0[0], $0[1], bias: $0[2]) },
        .init("linear over steps", .normal([2, 3, 4]), .normal([4, 5])) { linear($0[0], $0[1]) },
        .init("linear with ReLU", .normal([5, 4]), .normal([4, 6]), .normal([6])) {
            linear($0[0], $0[1], bias: $0[2], activation: .relu)
        },
        .init("linear of a vector", .normal([4]), .normal([4, 3]), .normal([3])) {
            linear($0[0], $0[1], bias: $0[2])
        },
        .init("linear of nothing", .normal([0, 4]), .normal([4, 3]), .normal([3])) {
            linear($0[0], $0[1], bias: $0[2])
        },
    ]
}
