/// The CRC-32 of zip archives.
package enum Checksum {
    /// Table k holds the contribution of a byte followed by k more bytes.
    private static let tables: [[UInt32]] = {
        var first = (0..<256).map { byte -> UInt32 in
            (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 0 ? value >> 1 : value >> 1 ^ 0xEDB8_8320
            }
        }
        var tables = [first]
        for _ in 1..<8 {
            tables.append(tables[tables.count - 1].map { $0 >> 8 ^ first[Int($0 & 0xFF)] })
        }
        return tables
    }()
    private static let flat: [UInt32] = tables.flatMap(\.self)

    package static func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var crc: UInt32 = 0xFFFF_FFFF
        flat.withUnsafeBufferPointer { table in
            var at = 0
            while at + 8 <= bytes.count {
                let word =
                    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
                    ^ UInt64(crc)
                crc = 0
                for k in 0..<8 {
                    crc ^= table[(7 - k) * 256 + Int(truncatingIfNeeded: word >> UInt64(8 * k)) & 0xFF]
                }
                at += 8
            }
            while at < bytes.count {
                crc = crc >> 8 ^ table[Int((crc ^ UInt32(bytes[at])) & 0xFF)]
                at += 1
            }
        }
        return ~crc
    }
}
