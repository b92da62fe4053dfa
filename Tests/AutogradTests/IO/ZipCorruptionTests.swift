import Autograd
import Foundation
import Testing

/// Corrupted archives and compressed data.
@Suite struct ZipCorruptionTests {
    /// A generated file with one array "x" of two elements, modified by `change`. Offsets: header 0, name 30,
    /// content 35, directory 171, end 222.
    private func message(_ change: (inout [UInt8]) -> Void) throws -> String {
        var bytes = try Npz.encode([("x", Tensor([1, 2], shape: [2]))], as: .f32)
        change(&bytes)
        return Fixtures.message { try Npz(bytes: bytes, name: "f").tensor("x") } ?? "no error"
    }

    @Test func archives() throws {
        #expect(try message { _ in } == "no error")
        #expect(
            try message { $0.removeLast() }
                == "f: archive, byte 221: found no end of central directory record (is the file truncated?); allowed: a zip archive"
        )
        #expect(
            try message { $0 = [1, 2, 3] }
                == "f: archive, byte 0: found no end of central directory record (is the file truncated?); allowed: a zip archive"
        )
        #expect(
            try message { $0[36] ^= 1 }.hasPrefix("f: member \"x.npy\": found checksum 0x"))
        #expect(
            try message { $0[0] = 0 }
                == "f: archive, byte 0: found no header of member \"x.npy\"; allowed: the bytes \"PK\\3\\4\"")
        #expect(
            try message { $0[8] = 8 }
                == "f: archive, byte 8: found method 8 in the header of member \"x.npy\"; allowed: 0, as listed"
        )
        #expect(
            try message { $0[30] = 0x79 }
                == "f: archive, byte 30: found a name that differs from the directory's; allowed: \"x.npy\"")
        #expect(try message { $0[27] = 0xFF }.contains("bytes of the name of member \"x.npy\""))
        #expect(
            try message { $0[171] = 0 }
                == "f: archive, byte 171: found no directory entry; allowed: the bytes \"PK\\1\\2\"")
        #expect(
            try message { $0[179] = 1 }
                == "f: archive, byte 179: found an encrypted \"x.npy\"; allowed: no encryption")
        #expect(
            try message { $0[181] = 9 }
                == "f: archive, byte 181: found method 9 for \"x.npy\"; allowed: 0 (stored), 8 (deflated)")
        #expect(try message { $0[191] -= 1 }.contains("found size or position 136; allowed: at most 135"))
        #expect(
            try message { $0[195] -= 1 }.contains(
                "found two different sizes of the stored member \"x.npy\"; allowed: equal sizes"))
        #expect(
            try message { $0[213] = 10 }
                == "f: archive, byte 10: found no header of member \"x.npy\"; allowed: the bytes \"PK\\3\\4\""
        )
        #expect(
            try message { $0[214] = 9 }.contains(
                "byte 213: found size or position 2,304; allowed: at most 244"))
        #expect(
            try message { $0[199] = 6 }.contains(
                "found a directory entry up to byte 223; allowed: at most 222"))
        #expect(
            try message { $0[217] = 0xFF }
                == "f: archive, byte 217: found a name that is not UTF-8; allowed: UTF-8")
        #expect(
            try message { $0[232] = 2 }.contains("byte 222: found size or position 2; allowed: at most 1"))
        #expect(
            try message { $0[232] = 0 }
                == "f: archive, byte 171: found 51 bytes; allowed: the end of the directory")
        #expect(try message { $0[238] = 250 }.contains("found size or position 250; allowed: at most 222"))
        #expect(try message { $0[234] = 52 }.contains("found size or position 52; allowed: at most 51"))
        #expect(
            try message { $0[232...241] = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF] }
                .contains(
                    "found no zip64 end of central directory record; allowed: one in an archive of this size")
        )
        let twice = try message { bytes in
            let entry = Array(bytes[171..<222])
            bytes.insert(contentsOf: entry, at: 222)
            bytes[232 + 51] = 2
            bytes[234 + 51] = 102
        }
        #expect(twice == "f: archive, byte 222: found a duplicate \"x.npy\"; allowed: each name once")
        // The checksum is correct, but the array is not.
        let array = try message { bytes in
            bytes[38] = 0
            let crc = crc32(Array(bytes[35..<171]))
            for i in 0..<4 { bytes[187 + i] = UInt8(crc >> UInt32(8 * i) & 0xFF) }
        }
        #expect(array == "f: member \"x.npy\", byte 35: found another kind of file; allowed: 0x93 \"NUMPY\"")
    }

    /// Computes the checksum from its definition, bit by bit.
    private func crc32(_ bytes: [UInt8]) -> UInt32 {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        return ~crc
    }

    /// Returns an archive with one deflated array with the given number of bytes.
    private func deflated(_ data: [UInt8], size: Int) throws -> String {
        var bytes = try Npz.encode([("x", Tensor([1, 2], shape: [2]))], as: .f32)
        bytes.replaceSubrange(35..<171, with: data)
        let directory = 35 + data.count
        bytes[8] = 8
        bytes[directory + 10] = 8
        func put(_ number: Int, at place: Int) {
            for i in 0..<4 { bytes[place + i] = UInt8(number >> (8 * i) & 0xFF) }
        }
        put(data.count, at: directory + 20)
        put(size, at: directory + 24)
        put(directory, at: directory + 51 + 16)
        return Fixtures.message { try Npz(bytes: bytes, name: "f").tensor("x") } ?? "no error"
    }

    /// A bit stream, lowest bit first.
    private func bytes(_ bits: String) -> [UInt8] {
        let bits = bits.filter { $0 != " " }
        return stride(from: 0, to: bits.count, by: 8).map { start in
            bits.dropFirst(start).prefix(8).reversed().reduce(0) { $0 << 1 | ($1 == "1" ? 1 : 0) }
        }
    }

    @Test func compressedData() throws {
        let place = "f: member \"x.npy\", byte"
        func expect(_ data: [UInt8], _ size: Int, _ wanted: String, _ line: Int = #line) throws {
            let message = try deflated(data, size: size)
            #expect(message.hasPrefix(place) && message.contains(wanted), "line \(line)")
        }
        // Stored blocks.
        try expect(
            [1, 3, 0, 0xFC, 0xFF, 65, 66, 67], 4,
            "8 of the compressed data: found 3 inflated bytes; allowed: 4")
        try expect([1, 3, 0, 0xFC, 0xFF, 65, 66, 67], 2, "found more data; allowed: 2 bytes once inflated")
        try expect(
            [1, 3, 0, 0xFC, 0xFF, 65, 66], 3, "found the end of the data; allowed: more compressed data")
        try expect([1, 3, 0, 0xFC, 0xFE, 65, 66, 67], 3, "found a length without its complement")
        try expect([1, 3, 0], 3, "found the end of the data")
        try expect([1, 0, 0, 0xFF, 0xFF, 9], 0, "found 1 bytes after the last block; allowed: none")
        try expect([0, 0, 0, 0xFF, 0xFF], 0, "found the end of the data")
        try expect([7], 0, "found a block of type 3; allowed: 0, 1, 2")
        // Fixed codes: 8 bits 00110000 + n for a literal n, 7 bits 0000000 for the end.
        let a = "10010001"
        #expect(
            try deflated(bytes("1 10 \(a) \(a) \(a) 0000000"), size: 3).contains("found checksum 0xf007732d"))
        try expect(bytes("1 10 \(a) \(a) \(a) 0000000"), 2, "found more data; allowed: 2 bytes")
        try expect(bytes("1 10 \(a)"), 3, "found the end of the data")
        try expect(
            bytes("1 10 \(a) 0000001 00001 0000000"), 4, "found a copy from 2 bytes back; allowed: at most 1")
        try expect(bytes("1 10 \(a) 0000001 11110 0000000"), 4, "found distance code 30; allowed: 0...29")
        try expect(bytes("1 10 \(a) 11000110 00000 0000000"), 4, "found length code 286; allowed: 257...285")
        try expect(bytes("1 10 \(a) 0000001 00000 0000000"), 3, "found more data; allowed: 3 bytes")
        // Dynamic codes: 5, 5 and 4 bits of counts, then 3 bits per length.
        try expect(
            bytes("1 01 11111 00000 0000" + String(repeating: "0", count: 80)), 4,
            "found 288 length and 1 distance codes; allowed: at most 286 and 30")
        try expect(
            bytes("1 01 00000 00000 0000" + String(repeating: "0", count: 80)), 4,
            "found an invalid code of code lengths")
        try expect(
            bytes("1 01 00000 00000 0000" + String(repeating: "100", count: 30)), 4,
            "found an invalid code of code lengths")
        // Code lengths 16 and 17 have one bit each: a repeat without a previous length.
        try expect(
            bytes("1 01 00000 00000 0000 100 100 000 000 0 00 00 00 00"), 4,
            "found a repetition before the first code length")
        // 18 has the code 1 (16 has the code 0): 138 zeros twice exceed 258, or no end-of-block code.
        try expect(
            bytes("1 01 00000 00000 0000 100 000 100 000 1 1111111 1 1111111 000"), 4,
            "found 276 code lengths; allowed: 258")
        try expect(
            bytes("1 01 00000 00000 0000 100 000 100 000 1 1111111 1 1011011 000"), 4,
            "found no code for the end of the block")
    }

    /// A member that claims to expand beyond what deflate allows is rejected before decompression.
    @Test func zipBombs() throws {
        #expect(
            try deflated([3, 0], size: 2065).contains("found size or position 2,065; allowed: at most 2,064"))
        #expect(
            try deflated([3, 0], size: 0xFFFF_FFFE).contains(
                "found size or position 4,294,967,294; allowed: at most 2,064"))
    }
}
