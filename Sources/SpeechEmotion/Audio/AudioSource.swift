import Autograd
import Foundation

/// The bytes of an audio file, on disk or in memory, with random access.
final class AudioSource: @unchecked Sendable {
    /// The path, or the name that replaces it in messages.
    let name: String
    /// The number of bytes.
    let size: Int
    /// Bytes that replace those at an offset.
    var correction: (place: Int, bytes: [UInt8])?
    private let bytes: [UInt8]
    private let descriptor: Int32

    /// Bytes in memory.
    init(_ bytes: [UInt8], name: String) throws {
        (self.name, self.bytes, size, descriptor) = (name, bytes, bytes.count, -1)
        try checkSize()
    }

    /// The largest audio file: 64 GB. A sparse file of any size takes no disk space, but reading it takes time.
    static let mostBytes = 1 << 36

    /// Opens a regular file that is readable, not empty and not too large.
    init(path: String) throws {
        (name, bytes) = (path, [])
        descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            size = 0
            if errno == ENOENT, path.unicodeScalars.contains("\u{FFFD}") {
                throw FileError(
                    file: path, place: "opening", found: "a file name that is not valid UTF-8",
                    allowed: "an audio file with a valid name; rename it")
            }
            throw FileError.system(path, "opening", allowed: "an audio file that exists and is readable")
        }
        var status = stat()
        let isRegular = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        size = isRegular ? Int(status.st_size) : 0
        guard isRegular else {
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            throw FileError(
                file: path, place: "opening", found: isFolder ? "a folder" : "a device or pipe",
                allowed: "an audio file")
        }
        try checkSize()
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Calls `body` with the open file; bytes in memory are copied to one.
    func withDescriptor<Result>(_ body: (Int32) throws -> Result) throws -> Result {
        if descriptor >= 0 { return try body(descriptor) }
        let copy = try MemoryFile(bytes, name: name)
        return try withExtendedLifetime(copy) { try body(copy.descriptor) }
    }

    private func checkSize() throws {
        if size == 0 {
            throw FileError(
                file: name, place: "byte 0", found: "an empty file", allowed: "an audio file; copy it again")
        }
        if size > Self.mostBytes {
            throw FileError(
                file: name, place: "opening", found: "\(grouped(size)) bytes",
                allowed: "at most \(grouped(Self.mostBytes)) bytes; split the recording")
        }
    }

    /// Copies bytes from an offset; returns their number, which is smaller at the end or if the disk fails.
    func copy(from place: Int, to target: UnsafeMutableRawPointer, count: Int) -> Int {
        let got = copyUncorrected(from: place, to: target, count: count)
        guard let correction else { return got }
        let range = (correction.place..<correction.place + correction.bytes.count).clamped(
            to: place..<place + got)
        for at in range {
            target.storeBytes(
                of: correction.bytes[at - correction.place], toByteOffset: at - place, as: UInt8.self)
        }
        return got
    }

    private func copyUncorrected(
        from place: Int, to target: UnsafeMutableRawPointer, count: Int
    ) -> Int {
        let wanted = min(count, size - place)
        guard place >= 0, wanted > 0 else { return 0 }
        guard descriptor >= 0 else {
            bytes.withUnsafeBytes { target.copyMemory(from: $0.baseAddress! + place, byteCount: wanted) }
            return wanted
        }
        var done = 0
        while done < wanted {
            let got = pread(descriptor, target + done, wanted - done, off_t(place + done))
            if got < 0 && errno == EINTR { continue }
            guard got > 0 else { break }
            done += got
        }
        return done
    }

    /// Returns up to `count` bytes from an offset, fewer at the end.
    func bytes(at place: Int, _ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
            used = buffer.baseAddress.map { copy(from: place, to: $0, count: count) } ?? 0
        }
    }

    /// Reads an integer of some bytes at an offset; nil if the file ends before.
    func number(at place: Int, bytes count: Int, bigEndian: Bool = false) -> UInt64? {
        let found = bytes(at: place, count)
        guard found.count == count else { return nil }
        return (bigEndian ? found : found.reversed()).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Whether the text is found at an offset.
    func has(_ text: String, at place: Int = 0) -> Bool {
        bytes(at: place, text.utf8.count) == Array(text.utf8)
    }
}
