import Autograd

/// The header of a clip's audio file: its format, and the duration of the clip.
public struct ClipHeader: Sendable, Hashable {
    /// The format as text, such as `WAV (Microsoft), Signed 16 bit PCM`.
    public var format: String
    /// The sample rate in Hz.
    public var rate: Int
    /// The number of channels.
    public var channels: Int
    /// The duration of the clip in seconds.
    public var seconds: Double

    /// Creates a header.
    public init(format: String, rate: Int, channels: Int, seconds: Double) {
        self.format = format
        self.rate = rate
        self.channels = channels
        self.seconds = seconds
    }
}

extension Clip {
    /// Reads the header of the clip's audio file. Throws a `FileError` if the file is missing, damaged or truncated, or
    /// ends before the clip begins.
    public func header() throws -> ClipHeader {
        switch source {
        case .synthetic(let synthetic):
            return ClipHeader(
                format: "synthetic", rate: SpeechSynthesizer.rate, channels: 1, seconds: synthetic.seconds)
        case .file(let path, _, _):
            return try header(AudioFile.info(path), path)
        }
    }

    /// Creates the clip's header from the file's.
    func header(_ info: AudioInfo, _ path: String) throws -> ClipHeader {
        guard case .file(_, let start, let end) = source else { return try header() }
        if let shortfall = info.shortfall {
            throw FileError(
                file: path, place: "header", found: shortfall, allowed: "the whole file; copy it again")
        }
        // Some formats require decoding.
        let whole = try info.duration ?? AudioFile.read(path).duration
        let seconds = min(end ?? whole, whole) - (start ?? 0)
        guard seconds > 0 else {
            throw FileError(
                file: path, place: "\(start ?? 0) s", found: "the end: the recording lasts \(whole) s",
                allowed: "a clip that begins before it")
        }
        return ClipHeader(format: info.format, rate: info.rate, channels: info.channels, seconds: seconds)
    }
}
