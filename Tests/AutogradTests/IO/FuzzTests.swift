import Autograd
import Foundation
import Testing

/// Thousands of corrupted files of each format, generated from fixed seeds: reading returns an error that names the
/// file, or arrays whose size is proportional to the file, and never crashes.
@Suite struct FuzzTests {
    static let rounds = 6000

    @Test func safetensors() throws {
        let seeds =
            try ["numpy.safetensors", "torch.safetensors", "none.safetensors"].map(Fixtures.bytes)
            + [
                SafeTensors.encode(
                    [("a", Tensor([1, 2, 3], shape: [3])), ("b", Tensor([], shape: [0]))],
                    indices: [("c", [1, 2])], metadata: ["k": "v"])
            ]
        let result = run(seeds, seed: 1, lengths: [0..<8]) { bytes in
            let file = try SafeTensors(bytes: bytes, name: "fuzz")
            return try file.names.map { name in
                _ = try reads { try file.indices(name) }
                return try file.tensor(name).count
            }
        }
        #expect(result.rejected > Self.rounds / 2 && result.accepted > 100)
    }

    @Test func npy() throws {
        let seeds = try [
            "f2", "f4_big", "f8", "i1", "u8_big", "b1", "fortran", "fortran_big", "scalar", "empty",
            "version2", "version3",
        ]
        .map { try Fixtures.bytes($0 + ".npy") }
        let result = run(seeds, seed: 2, lengths: [6..<12]) { bytes in
            _ = try reads { try Npy.readIndices(bytes: bytes, name: "fuzz") }
            return [try Npy.read(bytes: bytes, name: "fuzz").count]
        }
        #expect(result.rejected > Self.rounds / 2 && result.accepted > 100)
    }

    @Test(arguments: ["savez", "savez_compressed", "zip64", "deflate"])
    func npz(_ name: String) throws {
        let seed = try Fixtures.bytes(name + ".npz")
        let end = seed.count
        let result = run([seed], seed: 3, growth: 1100, lengths: [14..<30, end - 22..<end, end - 130..<end]) {
            bytes in
            let file = try Npz(bytes: bytes, name: "fuzz")
            // A corrupted array must not prevent the others from being read.
            return file.names.compactMap { name in
                _ = try? reads { try file.indices(name) }
                return try? reads { try file.tensor(name).count } ?? 0
            }
        }
        #expect(result.rejected > 100)
    }

    /// Returns the result of `body`, or nil if it throws a `FileError`. Other errors are rethrown.
    private func reads<R>(_ body: () throws -> R) throws -> R? {
        do { return try body() } catch is FileError { return nil }
    }

    private func run(
        _ seeds: [[UInt8]], seed: UInt64, growth: Int = 1, lengths: [Range<Int>],
        _ read: ([UInt8]) throws -> [Int]
    ) -> (accepted: Int, rejected: Int) {
        var mutator = Mutator(state: seed)
        var (accepted, rejected) = (0, 0)
        for round in 0..<Self.rounds {
            let bytes = mutator.damaged(seeds[round % seeds.count], lengths: lengths)
            do {
                let counts = try read(bytes)
                accepted += 1
                if let count = counts.max(), count > bytes.count * growth {
                    Issue.record("round \(round): \(count) elements from \(bytes.count) bytes")
                }
            } catch let error as FileError {
                rejected += 1
                if !error.file.hasPrefix("fuzz") || error.place.isEmpty || error.found.isEmpty
                    || error.allowed.isEmpty
                {
                    Issue.record("round \(round): \(error)")
                }
            } catch {
                Issue.record("round \(round): \(error) is no FileError")
            }
        }
        #expect(accepted + rejected == Self.rounds)
        return (accepted, rejected)
    }
}

/// Corrupts files deterministically by a seed.
private struct Mutator {
    var state: UInt64

    private static let words: [String] = [
        "-1", "1e9", "1e999", "NaN", "0", "00", "18446744073709551615", "9223372036854775807",
        "9223372036854775808",
        "4294967296", "2147483648", "[", "]", "{", "}", "\"", "'", "\\", "\\u", "\\ud800", "null", "true",
        "False", ",",
        ":", "(", ")", "F64", "I8", "BOOL", ">f8", "|b1", " ", "\0", "é", "shape", "__metadata__", "[[[[[[[[",
        "PK",
    ]
    private static let numbers: [UInt64] = [
        0, 1, 2, 7, 8, 63, 127, 255, 256, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF,
        0x7FFF_FFFF_FFFF_FFFF,
        0x8000_0000_0000_0000, 0xFFFF_FFFF_FFFF_FFFF, 100_000_000, 0xFFFF_FFFF_FFFF_FFF8,
    ]

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    mutating func below(_ n: Int) -> Int { Int(next() % UInt64(Swift.max(n, 1))) }

    mutating func damaged(_ file: [UInt8], lengths: [Range<Int>]) -> [UInt8] {
        var bytes = file
        for _ in 0...below(3) { damage(&bytes, lengths) }
        return bytes
    }

    private mutating func damage(_ bytes: inout [UInt8], _ lengths: [Range<Int>]) {
        guard !bytes.isEmpty else { return bytes.append(UInt8(truncatingIfNeeded: next())) }
        let at = below(bytes.count)
        // The header is at the start, where most of the corruption should be.
        let front = below(Swift.min(bytes.count, 200))
        switch below(8) {
        case 0: bytes.removeLast(below(bytes.count + 1))
        case 1: bytes[at] ^= 1 << UInt8(below(8))
        case 2: bytes[front] ^= 1 << UInt8(below(8))
        case 3:
            bytes.insert(contentsOf: (0...below(9)).map { _ in UInt8(truncatingIfNeeded: next()) }, at: at)
        case 4:
            bytes.replaceSubrange(
                front..<Swift.min(bytes.count, front + below(6)),
                with: Self.words[below(Self.words.count)].utf8)
        case 5: replaceNumber(&bytes, from: below(bytes.count))
        case 6: writeNumber(&bytes, at: lengths[below(lengths.count)])
        default: bytes.removeSubrange(at..<Swift.min(bytes.count, at + 1 + below(8)))
        }
    }

    /// Replaces the next number that is written in digits.
    private mutating func replaceNumber(_ bytes: inout [UInt8], from start: Int) {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let first = bytes[start...].firstIndex(where: digits.contains) else { return }
        let end = bytes[first...].firstIndex { !digits.contains($0) } ?? bytes.count
        bytes.replaceSubrange(first..<end, with: Self.words[below(11)].utf8)
    }

    /// Replaces the bytes in a range with an integer of 2, 4 or 8 bytes.
    private mutating func writeNumber(_ bytes: inout [UInt8], at range: Range<Int>) {
        let width = [2, 4, 8][below(3)]
        let at = range.lowerBound + below(range.count)
        var number = Self.numbers[below(Self.numbers.count)]
        if below(3) == 0 { number = UInt64(bytes.count + below(40) - 20 + 64) }
        for i in 0..<width where at + i < bytes.count {
            bytes[at + i] = UInt8(truncatingIfNeeded: number >> UInt64(8 * i))
        }
    }
}
