import Autograd
import Configuration
import Glibc

/// A random affine transformation around the center of an image, as torchvision's RandomAffine.
public struct RandomAffine: FeatureAugmentation, HasProbability {
    /// The interpolation between pixels.
    public enum Interpolation: String, CaseIterable, ConfigurationValue {
        case nearest, bilinear
    }

    public var degrees = 15.0
    public var translate = 0.1
    public var scale = Pair(0.9, 1.1)
    public var interpolation = Interpolation.nearest
    public var fill = -1.0
    public var probability = 1.0

    public static let type = "affine"
    public static let summary =
        "Random affine transformation: rotates, translates and scales the image around its center."
    public static let fields: [Field<Self>] = [
        .init("degrees", \.degrees, "Maximum rotation in degrees, in either direction.", .range(0...180)),
        .init(
            "translate", \.translate, "Maximum translation as fractions of width and height.",
            .range(0...1)),
        .init("scale", \.scale, "Range of the scale factor.", .range(0.05...20)),
        .init("interpolation", \.interpolation, "Interpolation between pixels."),
        .init(
            "fill", \.fill,
            "Fill value outside of the original image; -1 is black in an image normalized with mean and std 0.5.",
            .range(-1e6...1e6)),
        probabilityField,
    ]

    public init() {}

    public func check(_ shape: [Int]) throws(InputError) { try needsImage(shape) }

    /// Rotates, translates by whole pixels and scales [height, width, 3].
    public func change(_ features: Features, _ generator: RandomGenerator) throws -> Features {
        let (height, width) = (features.shape[0], features.shape[1])
        let angle = generator.uniform(Pair(-degrees, degrees)) * .pi / 180
        // Whole pixels, as torchvision does.
        let right = (generator.uniform(Pair(-translate, translate)) * Double(width)).rounded()
        let down = (generator.uniform(Pair(-translate, translate)) * Double(height)).rounded()
        let size = generator.uniform(scale)
        let (cosine, sine) = (cos(angle) / size, sin(angle) / size)
        let (middleX, middleY) = (Double(width) / 2, Double(height) / 2)
        var moved = features
        for row in 0..<height {
            for column in 0..<width {
                let x = Double(column) + 0.5 - middleX - right
                let y = Double(row) + 0.5 - middleY - down
                let sourceX = cosine * x + sine * y + middleX - 0.5
                let sourceY = -sine * x + cosine * y + middleY - 0.5
                for color in 0..<3 {
                    moved.values[(row * width + column) * 3 + color] =
                        features.pixel(sourceX, sourceY, color, interpolation, Float(fill))
                }
            }
        }
        return moved
    }
}

extension Features {
    /// The value at a position of an image, which may be between pixels or outside.
    fileprivate func pixel(
        _ x: Double, _ y: Double, _ color: Int, _ interpolation: RandomAffine.Interpolation, _ fill: Float
    ) -> Float {
        func at(_ column: Int, _ row: Int) -> Float {
            row >= 0 && row < shape[0] && column >= 0 && column < shape[1]
                ? values[(row * shape[1] + column) * 3 + color] : fill
        }
        switch interpolation {
        case .nearest: return at(Int(x.rounded()), Int(y.rounded()))
        case .bilinear:
            let (left, top) = (Int(x.rounded(.down)), Int(y.rounded(.down)))
            let (partX, partY) = (Float(x - Double(left)), Float(y - Double(top)))
            let upper = at(left, top) + (at(left + 1, top) - at(left, top)) * partX
            let lower = at(left, top + 1) + (at(left + 1, top + 1) - at(left, top + 1)) * partX
            return upper + (lower - upper) * partY
        }
    }
}
