import Autograd

/// The input of a model for one recording: a sequence, a vector or an image.
public struct Features: Sendable, Equatable {
    /// [frames, channels], [channels], or [height, width, colors].
    public var shape: [Int]
    /// The values, in row-major order.
    public var values: [Float]
    /// The number of frames of a sequence before padding; nil for vectors and images.
    public var length: Int?
    /// The truncation; nil if the features did not come from a pipeline. Ignored in comparisons.
    public var truncation: Truncation?

    /// Creates features of a shape, which must match the number of `values`.
    public init(shape: [Int], values: [Float], length: Int? = nil) {
        require(
            values.count == shape.reduce(1, *), "Features: \(values.count) values for the shape \(shape)")
        self.shape = shape
        self.values = values
        self.length = length
    }

    /// Whether shapes, values and lengths are equal.
    public static func == (a: Self, b: Self) -> Bool {
        a.shape == b.shape && a.values == b.values && a.length == b.length
    }
}
