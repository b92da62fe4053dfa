/// The 25 low-level descriptors of a recording as a sequence of frames.
public struct LowLevelDescriptors: Sendable, Equatable {
    /// The number of frames.
    public let frames: Int
    /// The time between frames in seconds.
    public let hop: Double
    /// The values, frame by frame: [frames, 25] in the order of `EGeMAPS.descriptorNames`.
    public let values: [Float]

    /// Returns the values of one descriptor in all frames.
    public func track(_ descriptor: Int) -> [Float] {
        precondition(
            EGeMAPS.descriptorNames.indices.contains(descriptor),
            "track: found descriptor \(descriptor), allowed: 0 to \(EGeMAPS.descriptorNames.count - 1)")
        return stride(from: descriptor, to: values.count, by: EGeMAPS.descriptorNames.count).map {
            values[$0]
        }
    }
}
