import Autograd

/// Numbers for each frame of a sound, [frames, width], the numbers of a frame beside each other.
public struct FrameTable: Sendable, Equatable {
    /// How many frames there are.
    public var frames: Int
    /// How many numbers each frame has.
    public var width: Int
    /// frames * width numbers.
    public var values: [Float]

    /// A table of `frames * width` values.
    public init(frames: Int, width: Int, values: [Float]) {
        require(
            values.count == frames * width,
            "FrameTable: \(values.count) values for \(frames) frames of \(width)")
        self.frames = frames
        self.width = width
        self.values = values
    }

    /// The number at a place of a frame.
    public subscript(frame: Int, place: Int) -> Float {
        get { values[frame * width + place] }
        set { values[frame * width + place] = newValue }
    }
}
