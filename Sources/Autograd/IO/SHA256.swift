import CKernels
import Foundation

/// The SHA-256 hash function (FIPS 180-4).
package struct SHA256 {
    private var state: [UInt32] = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
        0x5be0_cd19,
    ]
    private var total = 0

    /// The digest of bytes in memory.
    package static func digest(of bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var hash = SHA256()
        hash.add(blocks: bytes)
        return hash.finish(rest: UnsafeRawBufferPointer(rebasing: bytes[(bytes.count / 64 * 64)...]))
    }

    /// The digest of a file in hexadecimal digits. Throws a `FileError` if the file cannot be read.
    package static func hash(contentsOf path: String) throws -> String { hex(try digest(ofFile: path)) }

    /// The digest of a text, in hexadecimal digits.
    package static func hex(of text: String) -> String {
        hex(Array(text.utf8).withUnsafeBytes { digest(of: $0) })
    }

    /// The digest of a file, read in blocks.
    package static func digest(ofFile path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw problem(path, "opening") }
        defer { close(descriptor) }
        var status = stat()
        // A pipe may be empty for now, and a device may have no end.
        if fstat(descriptor, &status) == 0, ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT) {
            throw FileError(
                file: path, place: "opening", found: "a pipe or a device", allowed: "a regular file")
        }
        var hash = SHA256()
        let size = 1 << 18
        return try withUnsafeTemporaryAllocation(byteCount: size, alignment: 64) { buffer in
            var held = 0
            while true {
                let got = read(descriptor, buffer.baseAddress! + held, size - held)
                if got < 0 && errno == EINTR { continue }
                guard got >= 0 else { throw problem(path, "reading") }
                held += got
                if got == 0 {
                    hash.add(blocks: UnsafeRawBufferPointer(rebasing: buffer[..<held]))
                    let rest = buffer[(held / 64 * 64)..<held]
                    return hash.finish(rest: UnsafeRawBufferPointer(rebasing: rest))
                }
                if held == size {
                    hash.add(blocks: UnsafeRawBufferPointer(buffer))
                    held = 0
                }
            }
        }
    }

    private mutating func add(blocks bytes: UnsafeRawBufferPointer) {
        total += bytes.count
        ck_sha256_blocks(&state, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count / 64)
    }

    private mutating func finish(rest: UnsafeRawBufferPointer) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        ck_sha256_finish(&state, rest.baseAddress?.assumingMemoryBound(to: UInt8.self), total, &digest)
        return digest
    }

    /// Bytes as hexadecimal digits.
    package static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func problem(_ path: String, _ place: String) -> FileError {
        FileError(
            file: path, place: place, found: "\"\(String(cString: strerror(errno)))\"",
            allowed: "a readable file")
    }
}
