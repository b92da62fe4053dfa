/// The framing of TensorFlow record files: each record has its length and checksums.
///
///     length (8 bytes)  masked CRC-32C of these 8 bytes  data  masked CRC-32C of the data
package enum TFRecord {
    /// Returns a framed record.
    package static func framed(_ data: [UInt8]) -> [UInt8] {
        let length = littleEndian(UInt64(data.count))
        return length + littleEndian(maskedCRC(length)) + data + littleEndian(maskedCRC(data))
    }

    /// The CRC-32C (Castagnoli) checksum of RFC 3720.
    package static func crc32c(_ bytes: [UInt8]) -> UInt32 {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in bytes { crc = crc >> 8 ^ table[Int((crc ^ UInt32(byte)) & 0xFF)] }
        return ~crc
    }

    /// The masked CRC of TensorFlow, because a CRC of data that contains CRCs is weak.
    static func maskedCRC(_ bytes: [UInt8]) -> UInt32 {
        let crc = crc32c(bytes)
        return (crc >> 15 | crc << 17) &+ 0xA282_EAD8
    }

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 0 ? value >> 1 : value >> 1 ^ 0x82F6_3B78 }
    }

    private static func littleEndian(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
}
