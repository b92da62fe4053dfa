import Autograd
import Configuration

/// Changes brightness, contrast and saturation of an image in random order, as torchvision's ColorJitter.
public struct ColorJitter: FeatureAugmentation, HasProbability {
    public var brightness = 0.1
    public var contrast = 0.1
    public var saturation = 0.1
    public var mean = 0.5
    public var deviation = 0.5
    public var probability = 1.0

    public static let type = "color_jitter"
    public static let summary =
        "Color jitter: randomly changes brightness, contrast and saturation of an image."
    public static let fields: [Field<Self>] = [
        .init(
            "brightness", \.brightness,
            "The factor is drawn uniformly from 1 - brightness to 1 + brightness.", .range(0...1)),
        .init(
            "contrast", \.contrast, "The factor is drawn uniformly from 1 - contrast to 1 + contrast.",
            .range(0...1)),
        .init(
            "saturation", \.saturation,
            "The factor is drawn uniformly from 1 - saturation to 1 + saturation.", .range(0...1)),
        .init(
            "mean", \.mean,
            "Mean that the image was normalized with; colors range from 0 to 1 before normalization.",
            .range(-1e6...1e6)),
        .init(
            "std", \.deviation, "Standard deviation that the image was normalized with.", .range(1e-6...1e6)),
        probabilityField,
    ]

    public init() {}

    public func check(_ shape: [Int]) throws(InputError) { try needsImage(shape) }

    /// Changes the colors of [height, width, 3], clamped to 0 to 1 before normalization.
    public func change(_ features: Features, _ generator: RandomGenerator) throws -> Features {
        var jittered = features
        jittered.values = features.values.map { $0 * Float(deviation) + Float(mean) }
        for change in generator.permutation(3) {
            let reach = [brightness, contrast, saturation][change]
            let factor = Float(generator.uniform(Pair(1 - reach, 1 + reach)))
            switch change {
            case 0: jittered.blend(factor) { _ in 0 }
            case 1:
                let pixels = jittered.values.count / 3
                let total = (0..<pixels).reduce(0.0) { $0 + Double(jittered.gray($1)) }
                let gray = Float(total / Double(max(pixels, 1)))
                jittered.blend(factor) { _ in gray }
            default:
                let picture = jittered
                jittered.blend(factor) { picture.gray($0) }
            }
        }
        jittered.values = jittered.values.map { ($0 - Float(mean)) / Float(deviation) }
        return jittered
    }
}

extension Features {
    /// The luma of a pixel (ITU-R 601).
    fileprivate func gray(_ pixel: Int) -> Float {
        0.299 * values[3 * pixel] + 0.587 * values[3 * pixel + 1] + 0.114 * values[3 * pixel + 2]
    }

    /// Blends each color with another by `factor`, clamped to 0 to 1.
    fileprivate mutating func blend(_ factor: Float, _ other: (Int) -> Float) {
        for pixel in 0..<values.count / 3 {
            let other = other(pixel)
            for place in 3 * pixel..<3 * pixel + 3 {
                values[place] = min(1, max(0, factor * values[place] + (1 - factor) * other))
            }
        }
    }
}
