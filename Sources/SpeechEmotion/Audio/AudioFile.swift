import Autograd

/// Reading and writing sound files. Read are WAV, FLAC, Ogg Vorbis, Opus, MP3, AIFF, AU, CAF, Wave64 and NIST Sphere; M4A, AAC, WebM and others
/// where the program ffmpeg is installed. The kind is told by the content, not by the name.
///
/// Samples of integers are divided by 2^(bits - 1), those of 8 bits minus 128 first. Everything throws a `FileError` that
/// names the file where it is missing, damaged, cut off, empty, too long, or holds numbers that are not finite.
public enum AudioFile {
    /// The kinds that can be read, in words.
    public static var readable: String { SoundContainer.readable }

    /// What a file says of itself, without reading its samples (ffmpeg has to).
    public static func info(_ path: String) throws -> AudioInfo {
        let file = try SoundFile(path: path)
        return AudioInfo(
            format: file.decoder.format, rate: file.decoder.rate, channels: file.decoder.channels,
            frames: file.decoder.frames, shortfall: file.shortfall)
    }

    /// Reads a sound, mixed down to one channel by the mean of all.
    ///
    /// - Parameters:
    ///   - rate: The rate wanted; the file's own where nil. See `Waveform.resampled`.
    ///   - offset: Seconds to leave out at the start. Throws where the sound is not longer than that.
    ///   - duration: Seconds to read; what there is where the sound ends before.
    ///   - allowTruncated: Takes what there is of a file that is cut off. Otherwise such a file throws.
    public static func read(
        _ path: String, rate: Int? = nil, offset: Double = 0, duration: Double? = nil,
        allowTruncated: Bool = false
    ) throws -> Waveform {
        try SoundFile(path: path).mono(
            SoundPart(offset: offset, duration: duration, allowTruncated: allowTruncated), rate: rate)
    }

    /// Reads a sound from its start to its end, mixed down to one channel, and calls `body` with one block after another at the file's
    /// own rate. Memory does not grow with the length of the sound.
    public static func eachBlock(_ path: String, _ body: (Waveform) throws -> Void) throws {
        try SoundFile(path: path).eachBlock(body)
    }

    /// Reads a part of a sound as `read` does, and says how many seconds the whole file has; nil where its header does not.
    static func readNotingLength(
        _ path: String, rate: Int, offset: Double, duration: Double?
    ) throws -> (wave: Waveform, whole: Double?) {
        let file = try SoundFile(path: path)
        let wave = try file.mono(SoundPart(offset: offset, duration: duration), rate: rate)
        return (wave, file.decoder.frames.map { Double($0) / Double(file.decoder.rate) })
    }

    /// Reads a sound file that is in memory; `name` stands for the path in messages.
    public static func read(
        bytes: [UInt8], name: String = "bytes in memory", rate: Int? = nil, offset: Double = 0,
        duration: Double? = nil, allowTruncated: Bool = false
    ) throws -> Waveform {
        try SoundFile(bytes: bytes, name: name).mono(
            SoundPart(offset: offset, duration: duration, allowTruncated: allowTruncated), rate: rate)
    }

    /// Reads a sound, through a certain ffmpeg where one is needed.
    package static func read(_ path: String, ffmpeg: Ffmpeg, allowTruncated: Bool = false) throws -> Waveform
    {
        try SoundFile(path: path, ffmpeg: ffmpeg).mono(SoundPart(allowTruncated: allowTruncated), rate: nil)
    }

    /// Reads every channel by itself, at the file's own rate.
    public static func channels(
        _ path: String, offset: Double = 0, duration: Double? = nil, allowTruncated: Bool = false
    ) throws -> [Waveform] {
        try SoundFile(path: path).channels(
            SoundPart(offset: offset, duration: duration, allowTruncated: allowTruncated))
    }

    /// Writes a sound. A reader finds the old file or the new one whole, never a part.
    ///
    /// Throws a `SoundProblem` where the sound holds numbers that are not finite or the format does not take its rate, and
    /// a `FileError` where the file cannot be written, on a full disk for example.
    public static func write(_ wave: Waveform, to path: String, as encoding: AudioEncoding = .wav16) throws {
        try write(channels: [wave], to: path, as: encoding)
    }

    /// Writes several channels of one length and rate into one file.
    public static func write(
        channels: [Waveform], to path: String, as encoding: AudioEncoding = .wav16
    ) throws {
        try AtomicFile.write(SoundEncoder.bytes(channels, as: encoding), to: path)
    }

    /// The bytes that `write` puts into a file.
    public static func bytes(_ channels: [Waveform], as encoding: AudioEncoding = .wav16) throws -> [UInt8] {
        try SoundEncoder.bytes(channels, as: encoding)
    }
}
