import Foundation

/// Metadata of a file, read without reading the file. Any change of the file changes its stamp: new content changes at
/// least the change time, which programs cannot set, and another file has another inode.
package struct FileStamp: Hashable, Sendable {
    var device, inode, size, modified, changed: Int64

    /// The stamp of a regular file; nil if there is none.
    package init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        device = Int64(truncatingIfNeeded: status.st_dev)
        inode = Int64(truncatingIfNeeded: status.st_ino)
        size = Int64(status.st_size)
        #if canImport(Darwin)
            let (modification, change) = (status.st_mtimespec, status.st_ctimespec)
        #else
            let (modification, change) = (status.st_mtim, status.st_ctim)
        #endif
        modified = modification.nanoseconds
        changed = change.nanoseconds
    }

    fileprivate init(_ numbers: ArraySlice<Int64>) {
        let numbers = Array(numbers)
        (device, inode, size) = (numbers[0], numbers[1], numbers[2])
        (modified, changed) = (numbers[3], numbers[4])
    }

    fileprivate var numbers: [Int64] { [device, inode, size, modified, changed] }

    /// The seconds since the file was changed.
    var age: Double { Date().timeIntervalSince1970 - Double(changed) * 1e-9 }
}

/// A stamp and the digest of the file's content, as 88 bytes on disk.
struct StampRecord: Sendable {
    let stamp: FileStamp
    let digest: [UInt8]

    private static let magic: Int64 = 0x5354_414d_5031_0a00

    var bytes: [UInt8] {
        var words = [Self.magic] + stamp.numbers
        for i in 0..<4 {
            words.append(digest[i * 8..<i * 8 + 8].reduce(0) { $0 << 8 | Int64($1) })
        }
        // The last number is the checksum of the others.
        let all = words.withUnsafeBytes { Array($0) }
        return all + withUnsafeBytes(of: all.withUnsafeBytes { checksum($0) }.littleEndian) { Array($0) }
    }

    init(_ stamp: FileStamp, digest: [UInt8]) {
        self.stamp = stamp
        self.digest = digest
    }

    /// Decodes the record at an offset; nil if it is missing or damaged.
    init?(_ bytes: UnsafeRawBufferPointer, at place: Int) {
        guard place + Self.recordSize <= bytes.count,
            bytes.loadUnaligned(fromByteOffset: place, as: Int64.self) == Self.magic
        else { return nil }
        let words = (0..<11).map { bytes.loadUnaligned(fromByteOffset: place + 8 * $0, as: Int64.self) }
        let checked = UnsafeRawBufferPointer(rebasing: bytes[place..<place + 80])
        guard checksum(checked) == UInt64(bitPattern: words[10]) else { return nil }
        stamp = FileStamp(words[1...5])
        digest = words[6...9].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) }
        }
    }

    static let recordSize = 88
}

/// A fast checksum that detects accidental damage, not forgery.
func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    let prime: UInt64 = 0x9E37_79B1_85EB_CA87
    var (a, b) = (UInt64(bytes.count), prime)
    var at = 0
    while at + 16 <= bytes.count {
        a = (a ^ bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)) &* prime
        b = (b ^ bytes.loadUnaligned(fromByteOffset: at + 8, as: UInt64.self)) &* prime
        a ^= a >> 29
        b ^= b >> 31
        at += 16
    }
    for byte in bytes[at...] { a = (a ^ UInt64(byte)) &* prime }
    a = (a ^ b &* prime) &* prime
    return a ^ a >> 32
}
