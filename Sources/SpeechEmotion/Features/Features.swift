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

    /// Features of a shape. `values` has as many numbers as the shape says.
    public init(shape: [Int], values: [Float], length: Int? = nil) {
        require(
            values.count == shape.reduce(1, *), "Features: \(values.count) values for the shape \(shape)")
        self.shape = shape
        self.values = values
        self.length = length
    }
}
