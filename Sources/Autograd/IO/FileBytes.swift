import Foundation

/// The bytes of a file, memory-mapped or in memory. Read-only; freed with the last tensor that uses them.
package final class FileBytes: @unchecked Sendable {
    /// The path, for error messages.
    package let name: String
    package let count: Int
    private let base: UnsafeMutableRawPointer
    private let isMapped: Bool

    private init(name: String, base: UnsafeMutableRawPointer, count: Int, isMapped: Bool) {
        self.name = name
        self.base = base
        self.count = count
        self.isMapped = isMapped
    }

    deinit {
        if isMapped { munmap(base, count) } else { free(base) }
    }

    /// Copies bytes into memory.
    package static func copy(_ bytes: some ContiguousBytes, name: String) throws -> FileBytes {
        try bytes.withUnsafeBytes { bytes in
            try make(count: bytes.count, name: name) { $0.copyMemory(from: bytes) }
        }
    }

    /// Allocates `count` bytes that `fill` writes.
    static func make(
        count: Int, name: String, fill: (UnsafeMutableRawBufferPointer) throws -> Void
    ) throws -> FileBytes {
        // Not `malloc`, whose failure ends the program in `Train` (see `CAllocation`): this size may be that of a damaged file.
        var memory: UnsafeMutableRawPointer?
        guard posix_memalign(&memory, 64, Swift.max(count, 1)) == 0, let base = memory else {
            throw FileError(
                file: name, place: "memory", found: "\(grouped(count)) bytes needed",
                allowed: "the memory that is free"
            )
        }
        let made = FileBytes(name: name, base: base, count: count, isMapped: false)
        try fill(UnsafeMutableRawBufferPointer(start: base, count: count))
        return made
    }

    /// Opens a file, either memory-mapped, so that only the pages in use are read, or read into memory at once.
    package static func open(_ path: String, mapped: Bool) throws -> FileBytes {
        let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw FileError.system(path, "opening", allowed: "an existing, readable file")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw FileError.system(path, "opening", allowed: "a file")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw FileError(
                file: path, place: "opening", found: "a folder or a device", allowed: "a regular file")
        }
        let count = Int(status.st_size)
        guard mapped && count > 0 else {
            return try make(count: count, name: path) { try readAll(descriptor, into: $0, path) }
        }
        guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
            throw FileError.system(
                path, "mapping \(grouped(count)) bytes", allowed: "a file that can be mapped")
        }
        return FileBytes(name: path, base: base, count: count, isMapped: true)
    }

    /// Returns zeros that take address space but no physical memory; nil if the address space is limited.
    static func zeros(count: Int) -> FileBytes? {
        guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
            base != MAP_FAILED
        else { return nil }
        return FileBytes(name: "zeros", base: base, count: count, isMapped: true)
    }

    private static func readAll(
        _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, _ path: String
    ) throws {
        var done = 0
        while done < buffer.count {
            let got = read(descriptor, buffer.baseAddress! + done, Swift.min(buffer.count - done, 1 << 30))
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw FileError.system(path, "byte \(done)", allowed: "a readable file") }
            guard got > 0 else {
                throw FileError(
                    file: path, place: "byte \(done)", found: "the end of the file",
                    allowed: "\(grouped(buffer.count)) bytes, its size when it was opened")
            }
            done += got
        }
    }

    /// Tells the system that mapped elements are not needed for now; they are read from the file again if they are.
    func discard(_ pointer: UnsafeRawPointer, count: Int) {
        guard isMapped, pointer >= UnsafeRawPointer(base), pointer + count <= base + self.count else {
            return
        }
        let page = UInt(sysconf(Int32(_SC_PAGESIZE)))
        let start = (UInt(bitPattern: pointer) + page - 1) / page * page
        let end = (UInt(bitPattern: pointer) + UInt(count)) / page * page
        guard start < end, let address = UnsafeMutableRawPointer(bitPattern: start) else { return }
        madvise(address, Int(end - start), Int32(MADV_DONTNEED))
    }

    /// The same for the whole file.
    func discardAll() { discard(base, count: count) }

    /// Calls `body` with the bytes of a range within the file.
    @inline(__always)
    package func withBytes<R>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R
    {
        require(range.lowerBound >= 0 && range.upperBound <= count, "FileBytes: \(range) of \(count) bytes")
        return try withExtendedLifetime(self) {
            try body(UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count))
        }
    }

    /// Returns a copy of some bytes, which stays valid if another program rewrites the file.
    func array(_ range: Range<Int>) -> [UInt8] { withBytes(range) { Array($0) } }

    /// Reads a little-endian integer that lies completely within the file.
    func number<N: FixedWidthInteger>(at byte: Int, as type: N.Type) -> N {
        withBytes(byte..<byte + MemoryLayout<N>.size) { N(littleEndian: $0.loadUnaligned(as: N.self)) }
    }
}
