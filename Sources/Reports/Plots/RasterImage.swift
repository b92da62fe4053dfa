/// A picture of colored pixels inside an SVG document, for values too many to draw as shapes.
struct RasterImage {
    let width: Int
    let height: Int
    /// Red, green and blue, row by row from the top.
    private(set) var pixels: [UInt8] = []

    /// Colors the pixels, row by row from the top: red, green and blue from 0 to 255.
    init(width: Int, height: Int, color: (_ row: Int, _ column: Int) -> SIMD3<Double>) {
        (self.width, self.height) = (width, height)
        pixels.reserveCapacity(3 * width * height)
        for row in 0..<height {
            for column in 0..<width {
                let color = color(row, column)
                pixels += [color.x, color.y, color.z].map { UInt8(min(max($0.rounded(), 0), 255)) }
            }
        }
    }

    /// The picture as a PNG file. The pixels are stored without compression.
    var png: [UInt8] {
        var rows: [UInt8] = []
        for row in 0..<height { rows += [0] + pixels[3 * width * row..<3 * width * (row + 1)] }
        let header = Self.bytes(UInt32(width)) + Self.bytes(UInt32(height)) + [8, 2, 0, 0, 0]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + Self.chunk("IHDR", header)
            + Self.chunk("IDAT", Self.stored(rows)) + Self.chunk("IEND", [])
    }

    /// A zlib stream of stored blocks.
    private static func stored(_ data: [UInt8]) -> [UInt8] {
        var stream: [UInt8] = [0x78, 0x01]
        let largest = 65535
        var start = 0
        repeat {
            let end = min(start + largest, data.count)
            let size = UInt16(end - start)
            stream += [end == data.count ? 1 : 0]
            for number in [size, ~size] { stream += [UInt8(number & 255), UInt8(number >> 8)] }
            stream += data[start..<end]
            start = end
        } while start < data.count
        var (a, b) = (UInt32(1), UInt32(0))
        for byte in data {
            a = (a + UInt32(byte)) % 65521
            b = (b + a) % 65521
        }
        return stream + bytes(b << 16 | a)
    }

    private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let content = Array(name.utf8) + data
        return bytes(UInt32(data.count)) + content + bytes(checksum(content))
    }

    /// The CRC-32 of PNG.
    private static func checksum(_ data: [UInt8]) -> UInt32 {
        var crc = UInt32.max
        for byte in data {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? 0xEDB8_8320 ^ crc >> 1 : crc >> 1 }
        }
        return ~crc
    }

    private static func bytes(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(number >> UInt32($0) & 255) }
    }
}
