import Autograd

extension GradientCase {
    static let pool: [GradientCase] = [
        .init("max_pool1d", .distinct([2, 6, 3])) { maxPool1d($0[0], kernel: 2) },
        .init("max_pool1d with a rest", .distinct([2, 7, 1])) { maxPool1d($0[0], kernel: 3) },
        .init("max_pool1d overlapping", .distinct([1, 7, 2])) { maxPool1d($0[0], kernel: 3, stride: 1) },
        .init("max_pool1d with gaps", .distinct([1, 9, 2])) { maxPool1d($0[0], kernel: 2, stride: 3) },
        .init("max_pool1d padded", .distinct([2, 7, 2])) {
            maxPool1d($0[0], kernel: 3, stride: 2, padding: 1)
        },
        .init("max_pool1d padded behind", .distinct([1, 5, 2])) {
            maxPool1d($0[0], kernel: 3, stride: 2, padding: .amounts(before: [0], after: [2]))
        },
        .init("max_pool1d same", .distinct([1, 7, 2])) {
            maxPool1d($0[0], kernel: 4, stride: 2, padding: .same)
        },
        .init("max_pool1d causal", .distinct([1, 5, 2])) {
            maxPool1d($0[0], kernel: 3, stride: 1, padding: .causal)
        },
        .init("max_pool1d of sequences with lengths", .distinct([4, 7, 2])) {
            maxPool1d($0[0], kernel: 4, stride: 3, padding: .same, lengths: [7, 5, 1, 0])
        },
        .init("avg_pool1d of sequences with lengths", .normal([4, 7, 2])) {
            avgPool1d(
                $0[0], kernel: 4, stride: 3, padding: .same, countsPadding: false, lengths: [7, 5, 1, 0])
        },
        .init("max_pool1d of many channels", .distinct([1, 4, 101])) { maxPool1d($0[0], kernel: 2) },
        .init("max_pool1d too short", .distinct([2, 2, 3])) { maxPool1d($0[0], kernel: 3) },
        .init("max_pool1d of nothing", .distinct([0, 4, 3])) { maxPool1d($0[0], kernel: 2) },
        .init("max_pool2d", .distinct([2, 4, 6, 2])) { maxPool2d($0[0], kernel: (2, 2)) },
        .init("max_pool2d with a rest", .distinct([1, 5, 7, 1])) { maxPool2d($0[0], kernel: (2, 3)) },
        .init("max_pool2d overlapping", .distinct([1, 4, 5, 2])) {
            maxPool2d($0[0], kernel: (2, 3), stride: (1, 2))
        },
        .init("max_pool2d padded", .distinct([1, 5, 4, 2])) {
            maxPool2d($0[0], kernel: (3, 3), stride: (2, 2), padding: 1)
        },
        .init("max_pool2d same", .distinct([1, 3, 5, 1])) {
            maxPool2d($0[0], kernel: (2, 2), stride: (2, 1), padding: .same)
        },
        .init("avg_pool1d", .normal([2, 6, 3])) { avgPool1d($0[0], kernel: 2) },
        .init("avg_pool1d with a rest", .normal([2, 7, 1])) { avgPool1d($0[0], kernel: 3) },
        .init("avg_pool1d overlapping", .normal([1, 7, 33])) { avgPool1d($0[0], kernel: 3, stride: 1) },
        .init("avg_pool1d with gaps", .normal([1, 9, 2])) { avgPool1d($0[0], kernel: 2, stride: 3) },
        .init("avg_pool1d padded", .normal([2, 7, 2])) {
            avgPool1d($0[0], kernel: 3, stride: 2, padding: 1)
        },
        .init("avg_pool1d padded, not counted", .normal([2, 7, 2])) {
            avgPool1d($0[0], kernel: 3, stride: 2, padding: 1, countsPadding: false)
        },
        .init("avg_pool1d padded beyond the window", .normal([1, 3, 2])) {
            avgPool1d($0[0], kernel: 2, stride: 1, padding: 3, countsPadding: false)
        },
        .init("avg_pool1d of nothing", .normal([2, 4, 0])) { avgPool1d($0[0], kernel: 2) },
        .init("avg_pool2d", .normal([2, 4, 6, 2])) { avgPool2d($0[0], kernel: (2, 2)) },
        .init("avg_pool2d overlapping", .normal([1, 4, 5, 2])) {
            avgPool2d($0[0], kernel: (2, 3), stride: (1, 2))
        },
        .init("avg_pool2d same, not counted", .normal([1, 3, 5, 1])) {
            avgPool2d($0[0], kernel: (2, 3), stride: (2, 1), padding: .same, countsPadding: false)
        },
    ]
}
