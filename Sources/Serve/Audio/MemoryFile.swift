import Foundation
import Server

/// Bytes in memory with a path, so that they are read exactly as a file is. Nothing is written to disk, and the system frees the
/// memory even if the process is killed.
final class MemoryFile: Sendable {
    /// The path, which child processes can open, too.
    let path: String
    private let descriptor: Int32

    /// Throws a `Problem` if there is no memory.
    init(_ bytes: some Collection<UInt8>) throws {
        descriptor = Self.create()
        path = "/proc/\(getpid())/fd/\(descriptor)"
        guard descriptor >= 0, Self.write(bytes, descriptor) else {
            throw Problem(507, "The recording cannot be kept in memory: \(String(cString: strerror(errno))).")
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    private typealias Create = @convention(c) (UnsafePointer<CChar>, UInt32) -> Int32

    /// Calls `memfd_create`, which Glibc's module does not contain.
    private static func create() -> Int32 {
        guard let symbol = dlsym(nil, "memfd_create") else { return -1 }
        return unsafeBitCast(symbol, to: Create.self)("recording", 0)
    }

    private static func write(_ bytes: some Collection<UInt8>, _ descriptor: Int32) -> Bool {
        func all(_ buffer: UnsafeBufferPointer<UInt8>) -> Bool {
            var done = 0
            while done < buffer.count {
                let count = Foundation.write(
                    descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                done += count
            }
            return true
        }
        return bytes.withContiguousStorageIfAvailable(all) ?? Array(bytes).withUnsafeBufferPointer(all)
    }
}
