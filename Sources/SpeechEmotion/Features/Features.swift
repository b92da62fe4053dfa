import Autograd

/// What a model gets of one sound: a sequence, a vector or a picture.
public struct Features: Sendable, Equatable {
    /// [frames, channels], [channels], or [height, width, colours].
    public var shape: [Int]
    /// The numbers, the last axis fastest.
    public var values: [Float]
    /// How many frames of a sequence there are up to the end of the sound, what follows being padding; nil
    /// for vectors and pictures.
    public var length: Int?
    /// What was cut off the sound; nil where the sound did not come from a pipeline. It takes no part in comparisons.
    public var truncation: Truncation?

    /// Features of a shape. `values` has as many numbers as the shape says.
    public init(shape: [Int], values: [Float], length: Int? = nil) {
        require(
            values.count == shape.reduce(1, *), "Features: \(values.count) values for the shape \(shape)")
        self.shape = shape
        self.values = values
        self.length = length
    }

    /// Whether shapes, numbers and lengths are equal.
    public static func == (a: Self, b: Self) -> Bool {
        a.shape == b.shape && a.values == b.values && a.length == b.length
    }
}
