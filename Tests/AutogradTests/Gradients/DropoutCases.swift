import Autograd

extension GradientCase {
    static let dropoutOps: [GradientCase] = [
        .init("dropout", .normal([3, 50])) {
            dropout($0[0], probability: 0.3, using: RandomGenerator(seed: 5))
        },
        .init("dropout of one element", .normal([1])) {
            dropout($0[0], probability: 0.5, using: RandomGenerator(seed: 6))
        },
        .init("dropout of a scalar", .normal([])) {
            dropout($0[0], probability: 0.1, using: RandomGenerator(seed: 7))
        },
        .init("dropout of everything", .normal([2, 3])) {
            dropout($0[0], probability: 1, using: RandomGenerator(seed: 5))
        },
        .init("dropout of nothing", .normal([0, 3])) {
            dropout($0[0], probability: 0.5, using: RandomGenerator(seed: 5))
        },
        .init("dropout of channels", .normal([3, 4, 5])) {
            dropout($0[0], probability: 0.4, sharedAxes: [1], using: RandomGenerator(seed: 8))
        },
    ]
}
