import Autograd
import Configuration
import Glibc

/// Mirrors a picture: time runs backwards.
public struct HorizontalFlip: FeatureAugmentation {
    public var probability = 0.5

    public static let type = "horizontal_flip"
    public static let summary = "Mirrors a picture from left to right."
    public static let fields: [Field<Self>] = [
        .init("probability", \.probability, "How often it is done.", .range(0...1))
    ]

    public init() {}

    public func check(_ shape: [Int]) throws(SoundProblem) { try needsPicture(shape) }

    /// [height, width, 3] mirrored, or as it was. Throws for other shapes.
    public func callAsFunction(_ features: Features, _ generator: RandomGenerator) throws -> Features {
        try check(features.shape)
        guard generator.happens(probability) else { return features }
        var flipped = features
        let (height, width) = (features.shape[0], features.shape[1])
        for row in 0..<height {
            for column in 0..<width {
                for colour in 0..<3 {
                    flipped.values[(row * width + column) * 3 + colour] =
                        features.values[(row * width + width - 1 - column) * 3 + colour]
                }
            }
        }
        return flipped
    }
}

/// Turns, moves and scales a picture about its middle, as torchvision's RandomAffine.
public struct PictureMove: FeatureAugmentation {
    /// How a number between two pixels is found.
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
    public static let summary = "Turns, moves and scales a picture about its middle."
    public static let fields: [Field<Self>] = [
        .init("degrees", \.degrees, "Turns by up to so many degrees, either way.", .range(0...180)),
        .init(
            "translate", \.translate, "Moves by up to this part of the width and of the height.",
            .range(0...1)),
        .init("scale", \.scale, "Range of the factor of size.", .range(0.05...20)),
        .init("interpolation", \.interpolation, "How a number between two pixels is found."),
        .init(
            "fill", \.fill,
            "What stands where nothing was: -1 is black in a picture that was normalised by 0.5."),
        .init("probability", \.probability, "How often it is done.", .range(0...1)),
    ]

    public init() {}

    public func check(_ shape: [Int]) throws(SoundProblem) { try needsPicture(shape) }

    /// [height, width, 3] turned, moved by whole pixels and scaled at once. Throws for other shapes.
    public func callAsFunction(_ features: Features, _ generator: RandomGenerator) throws -> Features {
        try check(features.shape)
        guard generator.happens(probability) else { return features }
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
                for colour in 0..<3 {
                    moved.values[(row * width + column) * 3 + colour] =
                        features.pixel(sourceX, sourceY, colour, interpolation, Float(fill))
                }
            }
        }
        return moved
    }
}

extension Features {
    /// The number at a place of a picture, which may lie between pixels or outside.
    fileprivate func pixel(
        _ x: Double, _ y: Double, _ colour: Int, _ interpolation: PictureMove.Interpolation, _ fill: Float
    ) -> Float {
        func at(_ column: Int, _ row: Int) -> Float {
            row >= 0 && row < shape[0] && column >= 0 && column < shape[1]
                ? values[(row * shape[1] + column) * 3 + colour] : fill
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
