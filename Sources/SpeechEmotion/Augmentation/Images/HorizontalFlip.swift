import Autograd
import Configuration
import Glibc

/// Flips an image horizontally: time is reversed.
public struct HorizontalFlip: FeatureAugmentation, HasProbability {
    public var probability = 0.5

    public static let type = "horizontal_flip"
    public static let summary = "Flips the image horizontally."
    public static let fields: [Field<Self>] = [
        probabilityField
    ]

    public init() {}

    public func check(_ shape: [Int]) throws(InputError) { try needsImage(shape) }

    /// Flips [height, width, 3].
    public func change(_ features: Features, _ generator: RandomGenerator) throws -> Features {
        var flipped = features
        let (height, width) = (features.shape[0], features.shape[1])
        for row in 0..<height {
            for column in 0..<width {
                for color in 0..<3 {
                    flipped.values[(row * width + column) * 3 + color] =
                        features.values[(row * width + width - 1 - column) * 3 + color]
                }
            }
        }
        return flipped
    }
}
