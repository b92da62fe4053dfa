import Foundation

/// The file format of cached features: key, shape, truncation, values, and a checksum of everything. Values are stored in half
/// precision if this is exact for all of them, as for the hidden states of encoders, and otherwise as Float.
enum CacheEntry {
    /// "PrFeat", the version of the format, and a newline, which a transfer in text mode would change.
    private static let magic: UInt64 = 0x0a02_7461_6546_7250
    /// The same for values in half precision.
    private static let halfMagic: UInt64 = 0x0a03_7461_6546_7250
    /// The number of 8-byte words in the header: magic, 4 of the key, length, rank, 4 of the shape, number of
    /// truncation values.
    private static let headWords = 12
    /// No config has this many options that truncate.
    private static let mostCuts: UInt64 = 1 << 20

    /// Encodes features as the bytes of a cache file.
    static func bytes(_ features: Features, key: [UInt8]) -> [UInt8] {
        let isHalf = features.values.allSatisfy { Float(Float16($0)) == $0 }
        var words = [isHalf ? halfMagic : magic] + keyWords(key)
        words.append(UInt64(bitPattern: Int64(features.length ?? -1)))
        words.append(UInt64(features.shape.count))
        for axis in 0..<4 { words.append(axis < features.shape.count ? UInt64(features.shape[axis]) : 0) }
        let truncation = features.truncation.map { [$0.kept] + $0.cuts } ?? []
        words.append(UInt64(truncation.count))
        words += truncation.map(\.bitPattern)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(words.count * 8 + features.values.count * 4 + 8)
        words.withUnsafeBytes { bytes.append(contentsOf: $0) }
        if isHalf {
            features.values.map { Float16($0) }.withUnsafeBytes { bytes.append(contentsOf: $0) }
        } else {
            features.values.withUnsafeBytes { bytes.append(contentsOf: $0) }
        }
        let sum = bytes.withUnsafeBytes { checksum($0) }
        withUnsafeBytes(of: sum) { bytes.append(contentsOf: $0) }
        return bytes
    }

    /// Decodes the bytes of a cache file; nil unless every bit is as it was written for this key.
    static func features(_ bytes: UnsafeRawBufferPointer, key: [UInt8]) -> Features? {
        guard bytes.count >= headWords * 8 + 8 else { return nil }
        let words = (0..<headWords).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) }
        guard [magic, halfMagic].contains(words[0]), Array(words[1...4]) == keyWords(key) else { return nil }
        let size = words[0] == halfMagic ? 2 : 4
        let sum = bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
        guard checksum(UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count - 8)])) == sum else {
            return nil
        }
        let cuts = words[11]
        guard cuts <= mostCuts, bytes.count >= (headWords + Int(cuts)) * 8 + 8 else { return nil }
        let head = (headWords + Int(cuts)) * 8
        let truncation = (headWords..<headWords + Int(cuts)).map {
            Double(bitPattern: bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self))
        }
        let (rank, length) = (Int(truncatingIfNeeded: words[6]), Int(truncatingIfNeeded: words[5]))
        guard (1...4).contains(rank) else { return nil }
        var count = 1
        var shape: [Int] = []
        for axis in 0..<rank {
            guard let size = Int(exactly: words[7 + axis]) else { return nil }
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            guard !overflow else { return nil }
            count = product
            shape.append(size)
        }
        guard count == (bytes.count - head - 8) / size, (bytes.count - head - 8) % size == 0 else {
            return nil
        }
        let stored = UnsafeRawBufferPointer(rebasing: bytes[head..<head + count * size])
        let values = [Float](unsafeUninitializedCapacity: count) { buffer, filled in
            if size == 4 {
                UnsafeMutableRawBufferPointer(buffer).copyMemory(from: stored)
            } else {
                for i in 0..<count {
                    buffer[i] = Float(stored.loadUnaligned(fromByteOffset: 2 * i, as: Float16.self))
                }
            }
            filled = count
        }
        var features = Features(shape: shape, values: values, length: length < 0 ? nil : length)
        features.truncation = truncation.first.map {
            Truncation(cuts: Array(truncation.dropFirst()), kept: $0)
        }
        return features
    }

    private static func keyWords(_ key: [UInt8]) -> [UInt64] {
        (0..<4).map { i in key[i * 8..<i * 8 + 8].reduce(0) { $0 << 8 | UInt64($1) } }
    }
}
