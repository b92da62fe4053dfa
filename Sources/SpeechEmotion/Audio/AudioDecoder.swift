/// An opened audio file.
protocol AudioDecoder: AnyObject {
    /// The sample rate in Hz.
    var rate: Int { get }
    /// The number of channels.
    var channels: Int { get }
    /// Samples per channel according to the header; nil if it does not give them.
    var frames: Int? { get }
    /// The format as text.
    var format: String { get }
    /// The error of the last read, as text; nil if there was none.
    var trouble: String? { get }
    /// Seeks to a frame; returns false if the format cannot seek.
    func seek(to frame: Int) throws -> Bool
    /// Reads up to `count` frames of interleaved samples; returns 0 at the end.
    func read(_ target: UnsafeMutablePointer<Float>, frames count: Int) throws -> Int
}
