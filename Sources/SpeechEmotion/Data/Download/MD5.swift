import Autograd
import Foundation

/// The MD5 checksum of published archives (RFC 1321). It detects damage, not forgery.
package struct MD5 {
    private var state: (UInt32, UInt32, UInt32, UInt32) = (0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476)
    private var length: UInt64 = 0
    /// Bytes that do not fill a block yet.
    private var rest: [UInt8] = []

    /// floor(2^32 |sin(i + 1)|)
    private static let constants: [UInt32] = (1...64).map {
        UInt32(Foundation.sin(Double($0)).magnitude * 0x1p32)
    }

    package init() {}

    /// Adds bytes.
    package mutating func add(_ bytes: UnsafeRawBufferPointer) {
        length &+= UInt64(bytes.count)
        var bytes = bytes[...]
        if !rest.isEmpty {
            let taken = bytes.prefix(64 - rest.count)
            rest += taken
            bytes = bytes.dropFirst(taken.count)
            guard rest.count == 64 else { return }
            let block = rest
            rest = []
            block.withUnsafeBytes { blocks($0) }
        }
        let whole = bytes.count / 64 * 64
        if whole > 0 { blocks(UnsafeRawBufferPointer(rebasing: bytes.prefix(whole))) }
        rest += bytes.dropFirst(whole)
    }

    /// The checksum as 32 hexadecimal digits.
    package func finished() -> String {
        var copy = self
        let bits = length &* 8
        var end: [UInt8] = [0x80]
        while (rest.count + end.count) % 64 != 56 { end.append(0) }
        end += (0..<8).map { UInt8(truncatingIfNeeded: bits >> UInt64(8 * $0)) }
        end.withUnsafeBytes { copy.add($0) }
        var text = ""
        for word in [copy.state.0, copy.state.1, copy.state.2, copy.state.3] {
            for place in 0..<4 {
                let byte = word >> UInt32(8 * place) & 0xFF
                text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
        return text
    }

    private mutating func blocks(_ bytes: UnsafeRawBufferPointer) {
        var (a0, b0, c0, d0) = state
        Self.constants.withUnsafeBufferPointer { constants in
            for start in stride(from: 0, to: bytes.count, by: 64) {
                var (a, b, c, d) = (a0, b0, c0, d0)
                @inline(__always) func word(_ index: Int) -> UInt32 {
                    UInt32(
                        littleEndian: bytes.loadUnaligned(
                            fromByteOffset: start + 4 * (index & 15), as: UInt32.self))
                }
                @inline(__always) func step(_ f: UInt32, _ index: Int, _ i: Int, _ rotation: UInt32) {
                    let sum = a &+ f &+ constants[i] &+ word(index)
                    (a, d, c) = (d, c, b)
                    b = b &+ (sum << rotation | sum >> (32 - rotation))
                }
                var i = 0
                while i < 16 {
                    step(b & c | ~b & d, i, i, 7)
                    step(b & c | ~b & d, i + 1, i + 1, 12)
                    step(b & c | ~b & d, i + 2, i + 2, 17)
                    step(b & c | ~b & d, i + 3, i + 3, 22)
                    i += 4
                }
                while i < 32 {
                    step(d & b | ~d & c, 5 * i + 1, i, 5)
                    step(d & b | ~d & c, 5 * i + 6, i + 1, 9)
                    step(d & b | ~d & c, 5 * i + 11, i + 2, 14)
                    step(d & b | ~d & c, 5 * i + 16, i + 3, 20)
                    i += 4
                }
                while i < 48 {
                    step(b ^ c ^ d, 3 * i + 5, i, 4)
                    step(b ^ c ^ d, 3 * i + 8, i + 1, 11)
                    step(b ^ c ^ d, 3 * i + 11, i + 2, 16)
                    step(b ^ c ^ d, 3 * i + 14, i + 3, 23)
                    i += 4
                }
                while i < 64 {
                    step(c ^ (b | ~d), 7 * i, i, 6)
                    step(c ^ (b | ~d), 7 * i + 7, i + 1, 10)
                    step(c ^ (b | ~d), 7 * i + 14, i + 2, 15)
                    step(c ^ (b | ~d), 7 * i + 21, i + 3, 21)
                    i += 4
                }
                (a0, b0, c0, d0) = (a0 &+ a, b0 &+ b, c0 &+ c, d0 &+ d)
            }
        }
        state = (a0, b0, c0, d0)
    }
}

extension MD5 {
    /// The checksum of a file. `progress` receives the number of bytes read.
    static func of(file: String, progress: (Int) -> Void = { _ in }) throws -> String {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw FileError.system(file, "opening", allowed: "an existing, readable file")
        }
        defer { close(descriptor) }
        var sum = MD5()
        var done = 0
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let got = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw FileError.system(file, "byte \(done)", allowed: "a readable file") }
            if got == 0 { return sum.finished() }
            buffer.withUnsafeBytes { sum.add(UnsafeRawBufferPointer(rebasing: $0[..<got])) }
            done += got
            progress(done)
        }
    }
}
