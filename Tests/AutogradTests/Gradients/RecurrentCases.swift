import Autograd

extension GradientCase {
    static let recurrent: [GradientCase] =
        [true, false].flatMap { resetAfter in
            [false, true].flatMap { reversed in
                [nil, [5, 2, 0]].map { (lengths: [Int]?) in
                    GradientCase(
                        "gru, reset \(resetAfter ? "after" : "before"), \(reversed ? "reversed" : "forward"), lengths "
                            + "\(lengths == nil ? "full" : "given")",
                        .normal([3, 5, 2]), .normal([2, 12]), .normal([4, 12]), .normal([12]), .normal([12]),
                        .normal([3, 4])
                    ) {
                        let (outputs, last) = gru(
                            $0[0], weight: $0[1], recurrentWeight: $0[2], bias: $0[3], recurrentBias: $0[4],
                            initial: $0[5], lengths: lengths, reversed: reversed, resetAfter: resetAfter)
                        return [outputs, last]
                    }
                }
            }
        } + [
            .init("gru without biases and state", .normal([2, 3, 2]), .normal([2, 9]), .normal([3, 9])) {
                gru($0[0], weight: $0[1], recurrentWeight: $0[2]).outputs
            },
            .init("gru, last state only", .normal([2, 3, 2]), .normal([2, 9]), .normal([3, 9]), .normal([9])) {
                gru($0[0], weight: $0[1], recurrentWeight: $0[2], bias: $0[3]).last
            },
            .init("gru of one step", .normal([2, 1, 2]), .normal([2, 9]), .normal([3, 9]), .normal([2, 3])) {
                gru($0[0], weight: $0[1], recurrentWeight: $0[2], initial: $0[3]).outputs
            },
            .init("gru of more sequences than a tile", .normal([11, 2, 2]), .normal([2, 6]), .normal([2, 6])) {
                gru($0[0], weight: $0[1], recurrentWeight: $0[2], resetAfter: false).outputs
            },
            .init("gru of no sequences", .normal([0, 3, 2]), .normal([2, 6]), .normal([2, 6])) {
                gru($0[0], weight: $0[1], recurrentWeight: $0[2]).outputs
            },
        ]
        + [false, true].flatMap { reversed in
            [nil, [5, 2, 0]].map { (lengths: [Int]?) in
                GradientCase(
                    "lstm, \(reversed ? "reversed" : "forward"), lengths \(lengths == nil ? "full" : "given")",
                    .normal([3, 5, 2]), .normal([2, 16]), .normal([4, 16]), .normal([16]), .normal([3, 4]),
                    .normal([3, 4])
                ) {
                    let (outputs, last, cell) = lstm(
                        $0[0], weight: $0[1], recurrentWeight: $0[2], bias: $0[3], initial: ($0[4], $0[5]),
                        lengths: lengths, reversed: reversed)
                    return [outputs, last, cell]
                }
            }
        } + [
            .init("lstm, last cell only", .normal([2, 3, 2]), .normal([2, 12]), .normal([3, 12])) {
                lstm($0[0], weight: $0[1], recurrentWeight: $0[2]).cell
            },
            .init("lstm of no sequences", .normal([0, 3, 2]), .normal([2, 8]), .normal([2, 8])) {
                lstm($0[0], weight: $0[1], recurrentWeight: $0[2]).outputs
            },
        ]
}
