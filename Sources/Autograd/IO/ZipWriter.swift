/// Writes a zip archive of stored members. All members are dated 1980, so the output is deterministic.
package struct ZipWriter {
    private let file: String
    private var names: Set<String> = []
    private var directory: [UInt8] = []
    private var count = 0
    private var size = 0

    /// Creates an empty archive. `file` is the name in error messages.
    package init(file: String) { self.file = file }

    /// Passes a member to `append`.
    package mutating func add(
        _ name: String, _ content: [UInt8], _ append: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        guard names.insert(name).inserted else {
            throw error("member \"\(name)\"", "a duplicate name", allowed: "each name once")
        }
        let nameBytes = Array(name.utf8)
        guard nameBytes.count <= Int(UInt16.max) else {
            throw error(
                "member \"\(name.prefix(40))...\"", "a name of \(nameBytes.count) bytes",
                allowed: "at most 65,535")
        }
        let end = size + 30 + nameBytes.count + content.count
        guard end + directory.count < Int(UInt32.max), count < Int(UInt16.max) else {
            throw error(
                "member \"\(name)\"", "more than 4 GB or 65,534 members",
                allowed: "a smaller archive; use SafeTensors instead")
        }
        var header = Fields()
        header.add(ZipArchive.Signature.member)
        let common = description(nameBytes, content)
        header.bytes += common + nameBytes
        try header.bytes.withUnsafeBytes(append)
        try content.withUnsafeBytes(append)
        var entry = Fields()
        entry.add(ZipArchive.Signature.directoryEntry)
        entry.add(UInt16(20))
        entry.bytes += common
        // Comment, disk, attributes.
        entry.bytes += [UInt8](repeating: 0, count: 10)
        entry.add(UInt32(size))
        directory += entry.bytes + nameBytes
        count += 1
        size = end
    }

    /// Passes the central directory to `append`.
    package func finish(_ append: (UnsafeRawBufferPointer) throws -> Void) throws {
        guard size + directory.count < Int(UInt32.max) else {
            throw error("directory", "more than 4 GB", allowed: "a smaller archive; use SafeTensors instead")
        }
        var end = Fields()
        end.add(ZipArchive.Signature.end)
        end.add(UInt32(0))
        end.add(UInt16(count))
        end.add(UInt16(count))
        end.add(UInt32(directory.count))
        end.add(UInt32(size))
        end.add(UInt16(0))
        try (directory + end.bytes).withUnsafeBytes(append)
    }

    /// The fields that a local header and its directory entry share.
    private func description(_ name: [UInt8], _ content: [UInt8]) -> [UInt8] {
        var fields = Fields()
        fields.add(UInt16(20))
        let isPlain = name.allSatisfy { $0 < 0x80 }
        fields.add(UInt16(isPlain ? 0 : 0x800))
        fields.add(UInt16(0))
        // Midnight of 1 January 1980.
        fields.add(UInt16(0))
        fields.add(UInt16(0x21))
        fields.add(content.withUnsafeBytes(Checksum.crc32))
        fields.add(UInt32(content.count))
        fields.add(UInt32(content.count))
        fields.add(UInt16(name.count))
        fields.add(UInt16(0))
        return fields.bytes
    }

    private func error(_ place: String, _ found: String, allowed: String) -> FileError {
        FileError(file: file, place: "writing \(place)", found: found, allowed: allowed)
    }

    /// Little-endian integers in sequence.
    private struct Fields {
        var bytes: [UInt8] = []

        mutating func add(_ number: some FixedWidthInteger) {
            withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
        }
    }
}
