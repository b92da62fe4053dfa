import Autograd
import Foundation

/// The bytes of a sound file, on disk or in memory, read at any place.
final class SoundSource: @unchecked Sendable {
    /// The path, or what stands for it in messages.
    let name: String
    /// How many bytes there are.
    let size: Int
    /// Bytes that are read in the place of those that are there.
    var correction: (place: Int, bytes: [UInt8])?
    private let bytes: [UInt8]
    private let descriptor: Int32

    /// Bytes in memory.
    init(_ bytes: [UInt8], name: String) throws {
        (self.name, self.bytes, size, descriptor) = (name, bytes, bytes.count, -1)
        try checkNotEmpty()
    }

    /// A regular file that can be read and is not empty.
    init(path: String) throws {
        (name, bytes) = (path, [])
        descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            size = 0
            throw FileError.system(path, "opening", allowed: "a sound file that exists and may be read")
        }
        var status = stat()
        let isRegular = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        size = isRegular ? Int(status.st_size) : 0
        guard isRegular else {
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            throw FileError(
                file: path, place: "opening", found: isFolder ? "a folder" : "a device or pipe",
                allowed: "a sound file")
        }
        try checkNotEmpty()
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    private func checkNotEmpty() throws {
        if size == 0 {
            throw FileError(
                file: name, place: "byte 0", found: "an empty file", allowed: "a sound file; copy it again")
        }
    }

    /// Copies bytes from a place on; returns how many there were, fewer at the end or where the disk fails.
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

    /// Up to `count` bytes from a place on, fewer at the end.
    func bytes(at place: Int, _ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
            used = buffer.baseAddress.map { copy(from: place, to: $0, count: count) } ?? 0
        }
    }

    /// The whole number of some bytes at a place; nil where the file ends before.
    func number(at place: Int, bytes count: Int, bigEndian: Bool = false) -> UInt64? {
        let found = bytes(at: place, count)
        guard found.count == count else { return nil }
        return (bigEndian ? found : found.reversed()).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Whether these characters stand at a place.
    func has(_ text: String, at place: Int = 0) -> Bool {
        bytes(at: place, text.utf8.count) == Array(text.utf8)
    }
}
