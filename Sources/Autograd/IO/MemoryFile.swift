import CKernels
import Foundation

/// Bytes in memory with a path, so that they are read exactly as a file is. Nothing is written to disk, and the system frees the
/// memory even if the process is killed.
package final class MemoryFile: Sendable {
    /// The path, which child processes can open, too.
    package let path: String
    /// The open file.
    package let descriptor: Int32

    /// Throws a `FileError` if there is no memory.
    package init(_ bytes: some Collection<UInt8>, name: String) throws {
        descriptor = ck_memory_file("recording")
        path = "/proc/\(getpid())/fd/\(descriptor)"
        if descriptor < 0 { errno = -descriptor }
        guard descriptor >= 0, Self.write(bytes, descriptor) else {
            throw FileError.system(
                name, "copying to memory", allowed: "a file that fits in memory")
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

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
