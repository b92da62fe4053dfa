import Autograd

extension GradientCase {
    static let recurrent: [GradientCase] = everyGRU + everyLSTM + smallRecurrences

    /// Each with full and with given lengths, in both directions; the GRU with both reset modes.
    private static var everyGRU: [GradientCase] {
        var cases: [GradientCase] = []
        for resetAfter in [true, false] {
            for reversed in [false, true] {
                cases.append(gruCase(resetAfter, reversed, lengths: nil))
                cases.append(gruCase(resetAfter, reversed, lengths: [5, 2, 0]))
            }
        }
        return cases
    }

    private static func gruCase(_ resetAfter: Bool, _ reversed: Bool, lengths: [Int]?) -> GradientCase {
        let name = "gru, \(resetAfter ? "after" : "before"), \(reversed ? "reversed" : "forward")"
        return GradientCase(
            lengths == nil ? name : name + ", lengths", .normal([3, 5, 2]), .normal([2, 12]),
            .normal([4, 12]),
            .normal([12]), .normal([12]), .normal([3, 4])
        ) { (x: [Tensor]) -> [Tensor] in
            let result = gru(
                x[0], weight: x[1], recurrentWeight: x[2], bias: x[3], recurrentBias: x[4], initial: x[5],
                lengths: lengths, reversed: reversed, resetAfter: resetAfter)
            return [result.outputs, result.last]
        }
    }

    private static var everyLSTM: [GradientCase] {
        [
            lstmCase(false, lengths: nil), lstmCase(true, lengths: nil), lstmCase(false, lengths: [5, 2, 0]),
            lstmCase(true, lengths: [5, 2, 0]),
        ]
    }

    private static func lstmCase(_ reversed: Bool, lengths: [Int]?) -> GradientCase {
        let name = "lstm, \(reversed ? "reversed" : "forward")"
        return GradientCase(
            lengths == nil ? name : name + ", lengths", .normal([3, 5, 2]), .normal([2, 16]),
            .normal([4, 16]),
            .normal([16]), .normal([3, 4]), .normal([3, 4])
        ) { (x: [Tensor]) -> [Tensor] in
            let result = lstm(
                x[0], weight: x[1], recurrentWeight: x[2], bias: x[3], initial: (x[4], x[5]),
                lengths: lengths,
                reversed: reversed)
            return [result.outputs, result.last, result.cell]
        }
    }

    private static let smallRecurrences: [GradientCase] = [
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
        .init("lstm, last cell only", .normal([2, 3, 2]), .normal([2, 12]), .normal([3, 12])) {
            lstm($0[0], weight: $0[1], recurrentWeight: $0[2]).cell
        },
        .init("lstm of no sequences", .normal([0, 3, 2]), .normal([2, 8]), .normal([2, 8])) {
            lstm($0[0], weight: $0[1], recurrentWeight: $0[2]).outputs
        },
    ]
}
