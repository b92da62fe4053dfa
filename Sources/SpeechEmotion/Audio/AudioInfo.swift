/// What a sound file says of itself.
public struct AudioInfo: Sendable, Equatable {
    /// The format in words, such as `WAV (Microsoft), Signed 16 bit PCM`.
    public var format: String
    /// Samples per second.
    public var rate: Int
    /// How many channels there are.
    public var channels: Int
    /// Samples of a channel; nil where only reading tells.
    public var frames: Int?
    /// What is missing at the end, in words; nil where nothing is or where only reading tells.
    public var shortfall: String?

    /// Seconds; nil where only reading tells.
    public var duration: Double? { frames.map { Double($0) / Double(rate) } }
}
