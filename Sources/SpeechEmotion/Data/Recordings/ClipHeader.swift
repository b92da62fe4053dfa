import Autograd

/// What the header of a clip's audio file says: the format, and how long the clip is.
public struct ClipHeader: Sendable, Hashable {
    /// The format in words, such as `WAV (Microsoft), Signed 16 bit PCM`.
    public var format: String
    /// The sampling rate in Hz.
    public var rate: Int
    /// How many channels there are.
    public var channels: Int
    /// The length of the clip in seconds.
    public var seconds: Double

    /// What a header says of a clip.
    public init(format: String, rate: Int, channels: Int, seconds: Double) {
        self.format = format
        self.rate = rate
        self.channels = channels
        self.seconds = seconds
    }
}

extension Clip {
    /// Returns what the header of the clip's audio file says. Throws a `FileError` where the file is missing, damaged or
    /// truncated, or ends before the clip begins.
    public func header() throws -> ClipHeader {
        switch source {
        case .synthetic(let sound):
            return ClipHeader(
                format: "synthetic", rate: SpeechSynthesizer.rate, channels: 1, seconds: sound.seconds)
        case .file(let path, _, _):
            return try header(AudioFile.info(path), path)
        }
    }

    /// The same with the file's information at hand.
    func header(_ info: AudioInfo, _ path: String) throws -> ClipHeader {
        guard case .file(_, let start, let end) = source else { return try header() }
        if let shortfall = info.shortfall {
            throw FileError(
                file: path, place: "header", found: shortfall, allowed: "the whole file; copy it again")
        }
        // Some formats tell only when they are decoded.
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
