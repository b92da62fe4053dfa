import Autograd

extension GradientCase {
    static let convolutions: [GradientCase] =
        [
            conv1d("valid", kernel: 3),
            conv1d("of one tap", kernel: 1),
            conv1d("same", kernel: 5, padding: .same),
            conv1d("same with an even kernel", kernel: 4, padding: .same),
            conv1d("causal", kernel: 3, padding: .causal),
            conv1d("padded on one side", kernel: 3, padding: .amounts(before: [0], after: [4])),
            conv1d("with stride", kernel: 3, stride: 2),
            conv1d("same with stride", kernel: 5, stride: 3, padding: .same),
            conv1d("with a stride above the kernel", kernel: 2, stride: 3),
            conv1d("with dilation", kernel: 3, dilation: 2, padding: .same),
            conv1d("causal with dilation", kernel: 3, dilation: 3, padding: .causal),
            conv1d("with stride and dilation", kernel: 3, stride: 2, dilation: 2, padding: 3),
            conv1d("in groups", kernel: 3, groups: 2, padding: .same),
            conv1d("in groups of many taps", channels: 8, filters: 16, kernel: 16, groups: 2, padding: .same),
            conv1d("in groups with stride", kernel: 3, stride: 2, groups: 2, padding: .same),
            conv1d("depthwise", channels: 20, filters: 20, kernel: 3, groups: 20, padding: .same),
            conv1d("depthwise with stride", kernel: 5, stride: 2, groups: 4, filters: 4, padding: .same),
            conv1d("depthwise with two filters a channel", kernel: 3, groups: 4, filters: 8, padding: .same),
            conv1d("wider than the input", kernel: 9, padding: .same),
            conv1d("of no sequences", batch: 0, kernel: 3, padding: .same),
            conv1d("of one step", time: 1, kernel: 3, padding: .same),
            conv1d("with ReLU", kernel: 3, padding: .same, activation: .relu),
            conv1d("with dilation and ReLU", kernel: 3, dilation: 2, padding: .same, activation: .relu),
            conv1d("of many sequences", batch: 7, kernel: 5, padding: .same),
            .init("conv1d without bias", .normal([2, 6, 3]), .normal([3, 3, 4])) {
                Autograd.conv1d($0[0], $0[1], padding: .same)
            },
        ] + [
            conv2d("valid", kernel: (3, 2)),
            conv2d("of one tap", kernel: (1, 1)),
            conv2d("of one tap with stride", kernel: (1, 1), stride: (2, 2)),
            conv2d("same", kernel: (3, 3), padding: .same),
            conv2d("with stride", kernel: (3, 3), stride: (2, 1), padding: .same),
            conv2d(
                "padded", kernel: (3, 3), stride: (2, 2), padding: .amounts(before: [1, 0], after: [1, 2])),
            conv2d("with dilation", kernel: (3, 3), dilation: (2, 2), padding: .same),
            conv2d("with dilation of the height", kernel: (2, 3), dilation: (2, 1), padding: .same),
            conv2d("in groups", kernel: (3, 3), groups: 2, padding: .same),
            conv2d("depthwise", channels: 17, filters: 17, kernel: (3, 3), groups: 17, padding: .same),
            conv2d(
                "depthwise with stride", kernel: (5, 5), stride: (2, 2), groups: 4, filters: 4, padding: .same
            ),
            conv2d(
                "depthwise with dilation", kernel: (3, 3), dilation: (2, 2), groups: 4, filters: 4,
                padding: .same),
            depthwise("in tiles", [1, 5, 8, 16], kernel: 3),
            depthwise("in tiles with stride", [1, 6, 10, 16], kernel: 5, stride: 2),
            depthwise("in pairs", [1, 3, 12, 24], kernel: 3),
            conv2d("of no pictures", batch: 0, kernel: (3, 3), padding: .same),
            conv2d("with ReLU", kernel: (3, 3), padding: .same, activation: .relu),
        ]

    private static func depthwise(_ name: String, _ shape: [Int], kernel: Int, stride: Int = 1)
        -> GradientCase
    {
        let half = kernel / 2
        return .init("conv2d depthwise " + name, .normal(shape), .normal([kernel, kernel, 1, shape[3]])) {
            Autograd.conv2d(
                $0[0], $0[1], stride: (stride, stride), groups: shape[3],
                padding: .amounts(before: [half, half], after: [half, half]))
        }
    }

    private static func conv1d(
        _ name: String, batch: Int = 2, time: Int = 7, channels: Int = 4, filters: Int = 6, kernel: Int,
        stride: Int = 1, dilation: Int = 1, groups: Int = 1, padding: Padding = .valid,
        activation: FusedActivation = .none
    ) -> GradientCase {
        .init(
            "conv1d " + name, .normal([batch, time, channels]),
            .normal([kernel, channels / groups, filters]),
            .normal([filters])
        ) {
            Autograd.conv1d(
                $0[0], $0[1], bias: $0[2], stride: stride, dilation: dilation, groups: groups,
                padding: padding,
                activation: activation)
        }
    }

    private static func conv1d(
        _ name: String, kernel: Int, stride: Int = 1, groups: Int, filters: Int, padding: Padding
    ) -> GradientCase {
        conv1d(
            name, channels: 4, filters: filters, kernel: kernel, stride: stride, groups: groups,
            padding: padding)
    }

    private static func conv2d(
        _ name: String, batch: Int = 2, channels: Int = 4, filters: Int = 6, kernel: (Int, Int),
        stride: (Int, Int) = (1, 1), dilation: (Int, Int) = (1, 1), groups: Int = 1,
        padding: Padding = .valid,
        activation: FusedActivation = .none
    ) -> GradientCase {
        .init(
            "conv2d " + name, .normal([batch, 5, 6, channels]),
            .normal([kernel.0, kernel.1, channels / groups, filters]), .normal([filters])
        ) {
            Autograd.conv2d(
                $0[0], $0[1], bias: $0[2], stride: stride, dilation: dilation, groups: groups,
                padding: padding,
                activation: activation)
        }
    }

    private static func conv2d(
        _ name: String, kernel: (Int, Int), stride: (Int, Int) = (1, 1), dilation: (Int, Int) = (1, 1),
        groups: Int,
        filters: Int, padding: Padding
    ) -> GradientCase {
        conv2d(
            name, channels: 4, filters: filters, kernel: kernel, stride: stride, dilation: dilation,
            groups: groups,
            padding: padding)
    }
}
