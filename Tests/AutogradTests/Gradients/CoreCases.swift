import Autograd

extension GradientCase {
    static let core: [GradientCase] = [
        .init("checkpoint", .normal([2, 3]), .normal([3])) { (x: [Tensor]) -> [Tensor] in
            checkpoint(x) { [($0[0] * $0[1]).tanh(), $0[1].exp()] }
        },
        .init("checkpoint of one", .normal([2, 3])) { checkpoint($0[0]) { ($0 * $0).sin() } },
        .init("checkpoint with randomness", .normal([4, 3])) {
            let generator = RandomGenerator(seed: 5)
            return checkpoint($0[0], using: generator) {
                $0.square() * .bernoulli([4, 3], probability: 0.5, using: generator)
            }
        },
        .init("checkpoint, empty", .normal([0, 3])) { checkpoint($0[0]) { $0.exp() } },
    ]
}
