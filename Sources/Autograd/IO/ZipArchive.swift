/// The members of a zip archive as written by NumPy: stored or deflated, in zip or zip64 format.
package struct ZipArchive: Sendable {
    package struct Member: Sendable {
        package let name: String
        let method: UInt16
        let crc: UInt32
        let compressedSize: Int
        package let size: Int
        /// The offset of the member's local header.
        let header: Int
    }

    let bytes: FileBytes
    package private(set) var members: [Member] = []

    enum Signature {
        static let member: UInt32 = 0x0403_4B50
        static let directoryEntry: UInt32 = 0x0201_4B50
        static let end: UInt32 = 0x0605_4B50
        static let end64: UInt32 = 0x0606_4B50
        static let end64Locator: UInt32 = 0x0706_4B50
    }

    /// Reads the central directory. Throws if the archive is corrupted.
    package init(_ bytes: FileBytes) throws {
        self.bytes = bytes
        let directory = try findDirectory()
        var at = directory.start
        var names: Set<String> = []
        for _ in 0..<directory.count {
            let (member, next) = try readEntry(at, end: directory.end)
            guard names.insert(member.name).inserted else {
                throw error(at, "a duplicate \"\(member.name)\"", allowed: "each name once")
            }
            members.append(member)
            at = next
        }
        guard at == directory.end else {
            throw error(at, "\(directory.end - at) bytes", allowed: "the end of the directory")
        }
    }

    /// Returns the bytes of a member and its range within them, decompressed if necessary and verified.
    package func content(_ member: Member) throws -> (bytes: FileBytes, range: Range<Int>) {
        let place = "member \"\(member.name)\""
        let at = member.header
        guard try field(at, as: UInt32.self) == Signature.member else {
            throw error(at, "no header of \(place)", allowed: "the bytes \"PK\\3\\4\"")
        }
        let method = try field(at + 8, as: UInt16.self)
        guard method == member.method else {
            throw error(
                at + 8, "method \(method) in the header of \(place)", allowed: "\(member.method), as listed")
        }
        let nameSize = Int(try field(at + 26, as: UInt16.self))
        let start = at + 30 + nameSize + Int(try field(at + 28, as: UInt16.self))
        let name = bytes.array(try range(at + 30, nameSize, "the name of \(place)"))
        guard name.elementsEqual(member.name.utf8) else {
            throw error(at + 30, "a name that differs from the directory's", allowed: "\"\(member.name)\"")
        }
        let stored = try range(start, member.compressedSize, place)
        let (content, range): (FileBytes, Range<Int>)
        if member.method == 0 {
            (content, range) = (bytes, stored)
        } else {
            content = try FileBytes.make(count: member.size, name: "\(bytes.name), inflated \(place)") {
                output in
                try bytes.withBytes(stored) {
                    try Inflater.inflate($0, into: output, file: bytes.name, place: place)
                }
            }
            range = 0..<member.size
        }
        let crc = content.withBytes(range, Checksum.crc32)
        guard crc == member.crc else {
            throw FileError(
                file: bytes.name, place: place, found: "checksum \(hex(crc)): the data is corrupted",
                allowed: hex(member.crc))
        }
        return (content, range)
    }

    private func hex(_ number: UInt32) -> String { "0x" + String(number, radix: 16) }

    private func error(_ at: Int, _ found: String, allowed: String) -> FileError {
        FileError(file: bytes.name, place: "archive, byte \(at)", found: found, allowed: allowed)
    }

    /// Reads an integer at a position that is not negative and far from overflow.
    private func field<N: FixedWidthInteger>(_ at: Int, as type: N.Type) throws -> N {
        bytes.number(at: try range(at, MemoryLayout<N>.size, "a number").lowerBound, as: type)
    }

    private func range(_ start: Int, _ count: Int, _ what: String) throws -> Range<Int> {
        guard start <= bytes.count, count <= bytes.count - start else {
            throw error(
                start, "the end of the file after \(grouped(Swift.max(0, bytes.count - start))) bytes",
                allowed: "\(grouped(count)) bytes of \(what)")
        }
        return start..<start + count
    }

    /// Reads a position or size from a header, which may be any number.
    private func position(_ value: UInt64, _ at: Int, most: Int) throws -> Int {
        guard let position = Int(exactly: value), position <= most else {
            throw error(at, "size or position \(grouped(value))", allowed: "at most \(grouped(most))")
        }
        return position
    }

    private func findDirectory() throws -> (start: Int, end: Int, count: Int) {
        let last = bytes.count - 22
        let found = stride(from: last, through: Swift.max(0, last - 0xFFFF), by: -1).first { at in
            bytes.number(at: at, as: UInt32.self) == Signature.end
                && Int(bytes.number(at: at + 20, as: UInt16.self)) == last - at
        }
        guard let end = found else {
            throw error(
                Swift.max(0, last), "no end of central directory record (is the file truncated?)",
                allowed: "a zip archive")
        }
        let count = try field(end + 10, as: UInt16.self)
        let size = try field(end + 12, as: UInt32.self)
        let start = try field(end + 16, as: UInt32.self)
        guard count == .max || size == .max || start == .max else {
            return try directory(UInt64(count), UInt64(size), UInt64(start), at: end)
        }
        guard end >= 20, try field(end - 20, as: UInt32.self) == Signature.end64Locator else {
            throw error(
                end, "no zip64 end of central directory record", allowed: "one in an archive of this size")
        }
        let wide = try position(try field(end - 12, as: UInt64.self), end - 12, most: end - 20)
        guard try field(wide, as: UInt32.self) == Signature.end64 else {
            throw error(wide, "no zip64 end of central directory record", allowed: "the bytes \"PK\\6\\6\"")
        }
        return try directory(
            try field(wide + 32, as: UInt64.self), try field(wide + 40, as: UInt64.self),
            try field(wide + 48, as: UInt64.self), at: wide)
    }

    private func directory(
        _ count: UInt64, _ size: UInt64, _ start: UInt64, at end: Int
    ) throws -> (start: Int, end: Int, count: Int) {
        let start = try position(start, end, most: end)
        let size = try position(size, end, most: end - start)
        return (start, start + size, try position(count, end, most: size / 46))
    }

    private func readEntry(_ at: Int, end: Int) throws -> (Member, next: Int) {
        guard end - at >= 46, try field(at, as: UInt32.self) == Signature.directoryEntry else {
            throw error(at, "no directory entry", allowed: "the bytes \"PK\\1\\2\"")
        }
        let flags = try field(at + 8, as: UInt16.self)
        let nameSize = Int(try field(at + 28, as: UInt16.self))
        let extraSize = Int(try field(at + 30, as: UInt16.self))
        let next = at + 46 + nameSize + extraSize + Int(try field(at + 32, as: UInt16.self))
        guard next <= end else {
            throw error(at, "a directory entry up to byte \(next)", allowed: "at most \(end)")
        }
        guard let name = String(validating: bytes.array(at + 46..<at + 46 + nameSize), as: UTF8.self) else {
            throw error(at + 46, "a name that is not UTF-8", allowed: "UTF-8")
        }
        guard flags & 1 == 0 else {
            throw error(at + 8, "an encrypted \"\(name)\"", allowed: "no encryption")
        }
        let method = try field(at + 10, as: UInt16.self)
        guard method == 0 || method == 8 else {
            throw error(at + 10, "method \(method) for \"\(name)\"", allowed: "0 (stored), 8 (deflated)")
        }
        var wide = at + 46 + nameSize
        let wideEnd = wide + extraSize
        try skipToWideFields(&wide, wideEnd)
        func value(_ offset: Int) throws -> UInt64 {
            let short = try field(at + offset, as: UInt32.self)
            guard short == .max && wideEnd - wide >= 8 else { return UInt64(short) }
            defer { wide += 8 }
            return try field(wide, as: UInt64.self)
        }
        let size = try value(24)
        let compressedSize = try position(try value(20), at + 20, most: bytes.count)
        let header = try position(try value(42), at + 42, most: bytes.count)
        // A file of b bytes inflates to at most 1032 b bytes, so memory is proportional to the file size.
        let most =
            method == 0
            ? compressedSize : compressedSize.multipliedReportingOverflow(by: Inflater.mostGrowth).0
        let member = Member(
            name: name, method: method, crc: try field(at + 16, as: UInt32.self),
            compressedSize: compressedSize,
            size: try position(size, at + 24, most: most), header: header)
        guard method == 8 || member.size == compressedSize else {
            throw error(
                at + 20, "two different sizes of the stored member \"\(name)\"", allowed: "equal sizes")
        }
        return (member, next)
    }

    /// Moves to the zip64 extra field, or to the end of the extra fields.
    private func skipToWideFields(_ at: inout Int, _ end: Int) throws {
        while end - at >= 4 {
            let isWide = try field(at, as: UInt16.self) == 1
            let size = Int(try field(at + 2, as: UInt16.self))
            at += 4
            if isWide { return }
            at = Swift.min(end, at + size)
        }
        at = end
    }
}
