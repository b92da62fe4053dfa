import Autograd

/// Values of each frame, [frames, width], with the values of a frame contiguous.
public struct FrameTable: Sendable, Equatable {
    /// The number of frames.
    public var frames: Int
    /// The number of values per frame.
    public var width: Int
    /// frames * width values.
    public var values: [Float]

    /// Creates a table from `frames * width` values.
    public init(frames: Int, width: Int, values: [Float]) {
        require(
            values.count == frames * width,
            "FrameTable: \(values.count) values for \(frames) frames of \(width)")
        self.frames = frames
        self.width = width
        self.values = values
    }

    /// The value at an index of a frame.
    public subscript(frame: Int, place: Int) -> Float {
        get { values[frame * width + place] }
        set { values[frame * width + place] = newValue }
    }
}
