/// Information from the header of an audio file.
public struct AudioInfo: Sendable, Equatable {
    /// The format as text, such as `WAV (Microsoft), Signed 16 bit PCM`.
    public var format: String
    /// The sample rate in Hz.
    public var rate: Int
    /// The number of channels.
    public var channels: Int
    /// Samples per channel; nil if only decoding can tell.
    public var frames: Int?
    /// What is missing at the end of the file, as text; nil if nothing is missing or only decoding can tell.
    public var shortfall: String?

    /// The duration in seconds; nil if only decoding can tell.
    public var duration: Double? { frames.map { Double($0) / Double(rate) } }
}
