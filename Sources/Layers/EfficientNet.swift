import Autograd
import Configuration

/// The inverted bottleneck of MobileNet and EfficientNet: expand, convolve each channel, weigh the channels, project;
/// added to the input where the shape stays. Names are those of torchvision: "block.0.0.weight".
public enum MBConv {
    /// The options: [height, width, channels] to [height / stride, width / stride, filters],
    /// rounded up where the kernel is odd.
    public struct Spec: BlockSpec {
        public var filters = 1
        public var kernel = 3
        public var stride = 1
        public var expansion = 6
        public var dropPath = 0.0
        public var momentum = 0.9
        public var epsilon = 1e-5

        public init() {}

        public static let type = "mbconv"
        public static let summary =
            "Inverted bottleneck: expand, convolve each channel, weigh the channels, project."
        public static let fields: [Field<Self>] = [
            .init("filters", \.filters, "How many channels come out.", .required, .atLeast(1)),
            .init("kernel_size", \.kernel, "Height and width of the window.", .atLeast(1)),
            .init("stride", \.stride, "From one window to the next.", .atLeast(1)),
            .init("expansion", \.expansion, "How many times as many channels there are inside.", .atLeast(1)),
            .init(
                "drop_path", \.dropPath, "Part of the examples that skip the block in training.",
                .range(0..<1)
            ),
            .init("momentum", \.momentum, "Of the batch norms' running statistics.", .range(0...1)),
            .init("epsilon", \.epsilon, "Of the batch norms.", .range(1e-12...1)),
        ]

        public func blueprint(_ input: [Int]) throws(ShapeProblem) -> any LayerSpec {
            guard input.count == 3 else { throw needs("height, width, channels", input) }
            let channels = input[2]
            let inside = expansion == 1 ? channels : wholeEights(Double(product(channels, expansion)))
            var layers: [any LayerSpec] = []
            if inside != channels { layers.append(unit(inside)) }
            layers.append(unit(inside, kernel: kernel, stride: stride, groups: inside))
            var squeeze = SqueezeExcitation.Spec(max(1, channels / 4), activation: .silu)
            squeeze.kernelInitializer = .heNormalOut
            layers.append(squeeze)
            layers.append(unit(filters, activation: nil))
            guard stride == 1 && filters == channels else {
                return Chain.Spec(["block": Sequential.Spec(layers)])
            }
            var residual = Residual.Spec(layers, dropPath: dropPath)
            residual.bodyName = "block"
            return residual
        }

        private func unit(
            _ filters: Int, kernel: Int = 1, stride: Int = 1, groups: Int = 1, activation: Activation? = .silu
        ) -> any LayerSpec {
            convolutionUnit(
                filters, kernel: kernel, stride: stride, groups: groups, activation: activation,
                momentum: momentum, epsilon: epsilon)
        }
    }
}

/// EfficientNet (Tan and Le 2019), in the layout and with the names of torchvision.
public enum EfficientNet {
    /// How wide and deep the network is: b0 is the smallest.
    public enum Variant: String, CaseIterable, ConfigurationValue {
        case b0, b1, b2, b3, b4, b5, b6, b7

        /// How many times as many channels and layers as b0 has, and the dropout before the last layer.
        var scaling: (width: Double, depth: Double, dropout: Double) {
            switch self {
            case .b0: (1, 1, 0.2)
            case .b1: (1, 1.1, 0.2)
            case .b2: (1.1, 1.2, 0.3)
            case .b3: (1.2, 1.4, 0.3)
            case .b4: (1.4, 1.8, 0.4)
            case .b5: (1.6, 2.2, 0.4)
            case .b6: (1.8, 2.6, 0.5)
            case .b7: (2, 3.1, 0.5)
            }
        }

        /// Of the batch norms, as torchvision has them.
        var momentum: Double { [.b5, .b6, .b7].contains(self) ? 0.99 : 0.9 }
        var epsilon: Double { [.b5, .b6, .b7].contains(self) ? 1e-3 : 1e-5 }
    }

    /// The options: [height, width, channels] to [classes], or without classes to the averages of the
    /// last channels, 1280 of them for b0.
    public struct Spec: BlockSpec {
        public var variant = Variant.b0
        public var classes: Int?
        public var dropout: Double?
        public var dropPath = 0.2

        public init() {}

        public static let type = "efficientnet"
        public static let summary = "EfficientNet b0 to b7 for pictures, in torchvision's layout."
        public static let fields: [Field<Self>] = [
            .init("variant", \.variant, "Its size.", .required),
            .init(
                "classes", \.classes, "Outputs; where it is null, the averages of the last channels.",
                .atLeast(1)),
            .init(
                "dropout", \.dropout, "Before the last layer; the variant's own where it is null.",
                .range(0..<1)),
            .init(
                "drop_path", \.dropPath,
                "Part of the examples that skip the last block in training; earlier blocks have less.",
                .range(0..<1)),
        ]

        public var complaints: [Complaint] {
            classes == nil && dropout != nil
                ? [
                    Complaint(
                        "dropout", "stands before the last layer, and there is none without \"classes\"")
                ] : []
        }

        private typealias Stage = (
            expansion: Int, kernel: Int, stride: Int, input: Int, output: Int, layers: Int
        )
        private static let stages: [Stage] = [
            (1, 3, 1, 32, 16, 1), (6, 3, 2, 16, 24, 2), (6, 5, 2, 24, 40, 2), (6, 3, 2, 40, 80, 3),
            (6, 5, 1, 80, 112, 3), (6, 5, 2, 112, 192, 4), (6, 3, 1, 192, 320, 1),
        ]

        public func blueprint(_ input: [Int]) throws(ShapeProblem) -> any LayerSpec {
            guard input.count == 3 else { throw needs("height, width, channels", input) }
            let scaling = variant.scaling
            func channels(_ count: Int) -> Int { wholeEights(Double(count) * scaling.width) }
            let depths = Self.stages.map { Int((Double($0.layers) * scaling.depth).rounded(.up)) }
            let total = depths.reduce(0, +)
            var features = [unit(channels(32), kernel: 3, stride: 2)]
            var number = 0
            for (stage, depth) in zip(Self.stages, depths) {
                var blocks: [any LayerSpec] = []
                for index in 0..<depth {
                    var block = MBConv.Spec()
                    block.filters = channels(stage.output)
                    (block.kernel, block.expansion) = (stage.kernel, stage.expansion)
                    block.stride = index == 0 ? stage.stride : 1
                    block.dropPath = dropPath * Double(number) / Double(total)
                    (block.momentum, block.epsilon) = (variant.momentum, variant.epsilon)
                    blocks.append(block)
                    number += 1
                }
                features.append(Sequential.Spec(blocks))
            }
            features.append(unit(4 * channels(320)))
            let trunk = Sequential.Spec(features)
            guard let classes else {
                return Chain.Spec(["features": trunk, "pool": GlobalPool.Spec(.average)])
            }
            var head = Dense.Spec(classes)
            head.kernelInitializer = .uniform(1 / Double(classes).squareRoot())
            return Chain.Spec([
                "features": trunk, "pool": GlobalPool.Spec(.average),
                "classifier": Sequential.Spec([Dropout.Spec(dropout ?? scaling.dropout), head]),
            ])
        }

        private func unit(_ filters: Int, kernel: Int = 1, stride: Int = 1) -> any LayerSpec {
            convolutionUnit(
                filters, kernel: kernel, stride: stride, activation: .silu, momentum: variant.momentum,
                epsilon: variant.epsilon)
        }
    }
}

/// A convolution without bias, batch norm as PyTorch has it, and an activation.
private func convolutionUnit(
    _ filters: Int, kernel: Int = 1, stride: Int = 1, groups: Int = 1, activation: Activation?,
    momentum: Double,
    epsilon: Double
) -> any LayerSpec {
    var convolution = Conv2D.Spec(filters, kernel: kernel, stride: stride, groups: groups, bias: false)
    convolution.padding = .symmetric
    convolution.kernelInitializer = .heNormalOut
    var norm = BatchNorm.Spec()
    (norm.momentum, norm.epsilon, norm.unbiased) = (momentum, epsilon, true)
    return Sequential.Spec([convolution, norm] + (activation.map { [ActivationLayer.Spec($0)] } ?? []))
}

/// The nearest multiple of 8, at least 8 and never more than a tenth below.
private func wholeEights(_ channels: Double) -> Int {
    let nearest = max(8, Int(channels + 4) / 8 * 8)
    return Double(nearest) < 0.9 * channels ? nearest + 8 : nearest
}
