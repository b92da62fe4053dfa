import Autograd
import Foundation

/// Reads and writes audio files. Supports WAV, FLAC, Ogg Vorbis, Opus, MP3, AIFF, AU, CAF, Wave64 and NIST Sphere; and
/// M4A, AAC, WebM and others if ffmpeg is installed. The format is detected from the content, not from the file name.
///
/// Integer samples are divided by 2^(bits - 1); 8-bit samples are first reduced by 128. Every function throws a
/// `FileError` that names the file if it is missing, damaged, truncated, empty, too long, or contains values that are
/// not finite.
public enum AudioFile {
    /// The supported formats, as text for messages.
    public static var readable: String { AudioContainer.readable }

    /// Returns the information in the header of a file, without decoding its samples (except with ffmpeg).
    public static func info(_ path: String) throws -> AudioInfo {
        let file = try OpenedAudioFile(path: path)
        return AudioInfo(
            format: file.decoder.format, rate: file.decoder.rate, channels: file.decoder.channels,
            frames: file.decoder.frames, shortfall: file.shortfall)
    }

    /// Reads a recording, mixed down to mono by averaging the channels.
    ///
    /// - Parameters:
    ///   - rate: The target sample rate; nil keeps that of the file. See `Waveform.resampled`.
    ///   - offset: Seconds to skip at the start. Throws if the recording is not longer.
    ///   - duration: Seconds to read, or fewer if the recording ends earlier.
    ///   - allowTruncated: Whether a truncated file is read as far as it goes. Otherwise it throws.
    public static func read(
        _ path: String, rate: Int? = nil, offset: Double = 0, duration: Double? = nil,
        allowTruncated: Bool = false
    ) throws -> Waveform {
        try OpenedAudioFile(path: path).mono(
            AudioSegment(offset: offset, duration: duration, allowTruncated: allowTruncated), rate: rate)
    }

    /// Reads a whole recording, mixed down to mono, and calls `body` with one block after another at the file's own
    /// sample rate. Memory does not grow with the length of the recording.
    public static func eachBlock(_ path: String, _ body: (Waveform) throws -> Void) throws {
        try OpenedAudioFile(path: path).eachBlock(body)
    }

    /// Reads part of a recording like `read`, and returns the duration of the whole file in seconds; nil if its header
    /// does not give it.
    static func readNotingLength(
        _ path: String, rate: Int, offset: Double, duration: Double?
    ) throws -> (wave: Waveform, whole: Double?) {
        let file = try OpenedAudioFile(path: path)
        let wave = try file.mono(AudioSegment(offset: offset, duration: duration), rate: rate)
        return (wave, file.decoder.frames.map { Double($0) / Double(file.decoder.rate) })
    }

    /// Reads an audio file from memory; `name` replaces the path in messages.
    public static func read(
        bytes: [UInt8], name: String = "bytes in memory", rate: Int? = nil, offset: Double = 0,
        duration: Double? = nil, allowTruncated: Bool = false
    ) throws -> Waveform {
        try OpenedAudioFile(bytes: bytes, name: name).mono(
            AudioSegment(offset: offset, duration: duration, allowTruncated: allowTruncated), rate: rate)
    }

    /// Reads a recording, with a given ffmpeg if one is needed.
    package static func read(_ path: String, ffmpeg: Ffmpeg, allowTruncated: Bool = false) throws -> Waveform
    {
        try OpenedAudioFile(path: path, ffmpeg: ffmpeg).mono(
            AudioSegment(allowTruncated: allowTruncated), rate: nil)
    }

    /// Reads every channel separately, at the file's own sample rate.
    public static func channels(
        _ path: String, offset: Double = 0, duration: Double? = nil, allowTruncated: Bool = false
    ) throws -> [Waveform] {
        try OpenedAudioFile(path: path).channels(
            AudioSegment(offset: offset, duration: duration, allowTruncated: allowTruncated))
    }

    /// Writes a waveform atomically: a reader finds either the old file or the complete new one.
    ///
    /// Throws an `InputError` if samples are not finite or the format does not support the sample rate, and a
    /// `FileError` if the file cannot be written, for example on a full disk.
    public static func write(_ wave: Waveform, to path: String, as encoding: AudioEncoding = .wav16) throws {
        try write(channels: [wave], to: path, as: encoding)
    }

    /// Writes several channels of equal length and sample rate into one file.
    public static func write(
        channels: [Waveform], to path: String, as encoding: AudioEncoding = .wav16
    ) throws {
        try AtomicFile.write(AudioEncoder.bytes(channels, as: encoding.format), to: path)
    }

    /// Returns the bytes that `write` writes to a file.
    public static func bytes(_ channels: [Waveform], as encoding: AudioEncoding = .wav16) throws -> [UInt8] {
        try AudioEncoder.bytes(channels, as: encoding.format)
    }
}

extension AudioFile {
    /// The usual extensions of audio files, in lowercase.
    public static let extensions: Set<String> = [
        "wav", "wave", "flac", "ogg", "oga", "opus", "mp3", "mp2", "aif", "aiff", "aifc", "au", "snd", "caf",
        "w64", "rf64", "m4a", "mp4", "aac", "wma", "webm", "sph", "nist", "voc",
    ]

    /// The audio files below a folder, found by their extensions and sorted by path. Hidden files are skipped. Throws if
    /// the folder cannot be read.
    public static func paths(inFolder folder: String) throws -> [String] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
        return names.filter { name in
            let isHidden = name.split(separator: "/").contains { $0.hasPrefix(".") }
            return !isHidden && extensions.contains((name as NSString).pathExtension.lowercased())
        }.sortedByBytes().map { folder + "/" + $0 }
    }
}
