import Autograd
import Configuration

/// Changes brightness, contrast and saturation of a picture in a random order, as torchvision's ColorJitter.
public struct ColorJitter: FeatureAugmentation {
    public var brightness = 0.1
    public var contrast = 0.1
    public var saturation = 0.1
    public var mean = 0.5
    public var deviation = 0.5
    public var probability = 1.0

    public static let type = "color_jitter"
    public static let summary = "Changes brightness, contrast and saturation of a picture."
    public static let fields: [Field<Self>] = [
        .init("brightness", \.brightness, "The factor lies within 1 -+ this.", .range(0...1)),
        .init("contrast", \.contrast, "The factor lies within 1 -+ this.", .range(0...1)),
        .init("saturation", \.saturation, "The factor lies within 1 -+ this.", .range(0...1)),
        .init("mean", \.mean, "What the picture was normalised with; colours are 0 to 1 without that."),
        .init("std", \.deviation, "What the picture was normalised with.", .above(0)),
        .init("probability", \.probability, "How often it is done.", .range(0...1)),
    ]

    public init() {}

    public func check(_ shape: [Int]) throws(SoundProblem) { try needsPicture(shape) }

    /// [height, width, 3] in other colours, kept between 0 and 1 before normalising. Throws for other shapes.
    public func callAsFunction(_ features: Features, _ generator: RandomGenerator) throws -> Features {
        try check(features.shape)
        guard generator.happens(probability) else { return features }
        var jittered = features
        jittered.values = features.values.map { $0 * Float(deviation) + Float(mean) }
        for change in generator.permutation(3) {
            let reach = [brightness, contrast, saturation][change]
            let factor = Float(generator.uniform(Pair(1 - reach, 1 + reach)))
            switch change {
            case 0: jittered.blend(factor) { _ in 0 }
            case 1:
                let pixels = jittered.values.count / 3
                let total = (0..<pixels).reduce(0.0) { $0 + Double(jittered.grey($1)) }
                let grey = Float(total / Double(max(pixels, 1)))
                jittered.blend(factor) { _ in grey }
            default:
                let picture = jittered
                jittered.blend(factor) { picture.grey($0) }
            }
        }
        jittered.values = jittered.values.map { ($0 - Float(mean)) / Float(deviation) }
        return jittered
    }
}

extension Features {
    /// The lightness of a pixel (ITU-R 601).
    fileprivate func grey(_ pixel: Int) -> Float {
        0.299 * values[3 * pixel] + 0.587 * values[3 * pixel + 1] + 0.114 * values[3 * pixel + 2]
    }

    /// Each colour as `factor` of it and the rest of another, kept between 0 and 1.
    fileprivate mutating func blend(_ factor: Float, _ other: (Int) -> Float) {
        for pixel in 0..<values.count / 3 {
            let other = other(pixel)
            for place in 3 * pixel..<3 * pixel + 3 {
                values[place] = min(1, max(0, factor * values[place] + (1 - factor) * other))
            }
        }
    }
}
