import Autograd
import Configuration

/// EfficientNet (Tan and Le 2019), with the structure and parameter names of torchvision.
public typealias EfficientNet = Block<EfficientNetSpec>

/// The options of `EfficientNet`: [height, width, channels] to [classes]; without classes to the globally averaged
/// features, 1280 for b0.
public struct EfficientNetSpec: BlockSpec {
    /// The variant, which determines width and depth; b0 is the smallest.
    public enum Variant: String, CaseIterable, ConfigurationValue {
        case b0, b1, b2, b3, b4, b5, b6, b7

        /// The width and depth relative to b0, and the dropout rate before the last layer.
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

        /// The momentum and epsilon of batch normalization in torchvision.
        var momentum: Double { [.b5, .b6, .b7].contains(self) ? 0.99 : 0.9 }
        var epsilon: Double { [.b5, .b6, .b7].contains(self) ? 1e-3 : 1e-5 }
    }

    public var variant = Variant.b0
    public var classes: Int?
    public var dropout: Double?
    public var dropPath = 0.2

    public init() {}

    public static let type = "efficientnet"
    public static let summary = "EfficientNet b0 to b7 for images, as in torchvision."
    public static let fields: [Field<Self>] = [
        .init("variant", \.variant, "Variant, from b0 (smallest) to b7.", .required),
        .init(
            "classes", \.classes, "Number of outputs; `null` outputs the globally averaged features.",
            .atLeast(1)),
        .init(
            "dropout", \.dropout,
            "Dropout rate before the last layer; `null` uses the default of the variant.",
            .range(0..<1)),
        .init(
            "drop_path", \.dropPath,
            "Stochastic depth: probability that an example skips the last block in training; it grows linearly with depth.",
            .range(0..<1)),
    ]

    public var validationIssues: [ValidationIssue] {
        classes == nil && dropout != nil
            ? [
                ValidationIssue(
                    "dropout", "applies before the last layer, which exists only with \"classes\"")
            ] : []
    }

    private typealias Stage = (
        expansion: Int, kernel: Int, stride: Int, input: Int, output: Int, layers: Int
    )
    private static let stages: [Stage] = [
        (1, 3, 1, 32, 16, 1), (6, 3, 2, 16, 24, 2), (6, 5, 2, 24, 40, 2), (6, 3, 2, 40, 80, 3),
        (6, 5, 1, 80, 112, 3), (6, 5, 2, 112, 192, 4), (6, 3, 1, 192, 320, 1),
    ]

    public func blueprint(_ input: [Int]) throws(LayerError) -> any LayerSpec {
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
