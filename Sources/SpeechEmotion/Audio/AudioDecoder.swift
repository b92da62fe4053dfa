import Autograd
import CSndFile
import Foundation

/// An audio file opened by libsndfile, which reads through a `AudioSource`.
final class AudioDecoder {
    /// The sample rate in Hz.
    let rate: Int
    /// The number of channels.
    let channels: Int
    /// Samples per channel according to the header; nil if it does not give them.
    let frames: Int?
    /// The format as text.
    let format: String
    private let handle: OpaquePointer
    private let cursor: Cursor

    /// The maximum number of channels.
    static let mostChannels = 64

    /// The position of libsndfile in the source.
    private final class Cursor {
        let source: AudioSource
        var place = 0

        init(_ source: AudioSource) { self.source = source }

        static func of(_ pointer: UnsafeMutableRawPointer?) -> Cursor? {
            pointer.map { Unmanaged<Cursor>.fromOpaque($0).takeUnretainedValue() }
        }
    }

    /// Opening files is not thread-safe: libsndfile and mpg123 initialize shared state, and all threads share one error
    /// message.
    static let opening = NSLock()

    init(_ source: AudioSource) throws {
        cursor = Cursor(source)
        var info = SF_INFO()
        var operations = SF_VIRTUAL_IO(
            get_filelen: { Int64(Cursor.of($0)?.source.size ?? 0) },
            seek: { offset, whence, pointer in
                guard let cursor = Cursor.of(pointer) else { return -1 }
                let base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? cursor.place : cursor.source.size
                let (place, isOver) = base.addingReportingOverflow(Int(offset))
                guard !isOver, place >= 0 else { return -1 }
                cursor.place = place
                return Int64(place)
            },
            read: { target, count, pointer in
                guard let cursor = Cursor.of(pointer), let target, count > 0 else { return 0 }
                let got = cursor.source.copy(from: cursor.place, to: target, count: Int(count))
                cursor.place += got
                return Int64(got)
            },
            write: { _, _, _ in 0 },
            tell: { Int64(Cursor.of($0)?.place ?? 0) })
        let pointer = Unmanaged.passUnretained(cursor).toOpaque()
        let (opened, message) = Self.opening.withLock {
            let opened = sf_open_virtual(&operations, Int32(SFM_READ), &info, pointer)
            return (opened, opened == nil ? String(cString: sf_strerror(nil)) : "")
        }
        guard let opened else {
            throw FileError(
                file: source.name, place: "header", found: "a damaged file (\(Self.plain(message)))",
                allowed: "an audio file: \(AudioContainer.readable)")
        }
        handle = opened
        rate = Int(info.samplerate)
        channels = Int(info.channels)
        frames = info.frames >= 0 && info.frames < 1 << 48 ? Int(info.frames) : nil
        format = Self.described(opened, info.format)
    }

    deinit { _ = Self.opening.withLock { sf_close(handle) } }

    /// Seeks to a frame; returns false if the format cannot seek.
    func seek(to frame: Int) -> Bool {
        sf_seek(handle, sf_count_t(frame), Int32(SEEK_SET)) == sf_count_t(frame)
    }

    /// Reads up to `count` frames of interleaved samples; returns 0 at the end.
    func read(_ target: UnsafeMutablePointer<Float>, frames count: Int) -> Int {
        max(0, min(count, Int(sf_readf_float(handle, target, sf_count_t(count)))))
    }

    /// The error of the last read, as text; nil if there was none.
    var trouble: String? { sf_error(handle) == 0 ? nil : Self.plain(String(cString: sf_strerror(handle))) }

    private static func plain(_ message: String) -> String {
        var message = message
        if message.hasPrefix("Error : ") { message.removeFirst(8) }
        while message.hasSuffix(".") || message.hasSuffix("\n") { message.removeLast() }
        return message.isEmpty ? "unknown" : message
    }

    private static func described(_ handle: OpaquePointer, _ format: Int32) -> String {
        func name(_ format: Int32) -> String? {
            var info = SF_FORMAT_INFO()
            info.format = format
            let size = Int32(MemoryLayout<SF_FORMAT_INFO>.size)
            guard sf_command(handle, Int32(SFC_GET_FORMAT_INFO), &info, size) == 0 else { return nil }
            return info.name.map { String(cString: $0) }
        }
        let parts = [name(format & Int32(SF_FORMAT_TYPEMASK)), name(format & Int32(SF_FORMAT_SUBMASK))]
        return parts.compactMap { $0 }.joined(separator: ", ")
    }
}
