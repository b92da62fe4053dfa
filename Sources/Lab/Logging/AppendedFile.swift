import Autograd
import Foundation

/// Appends to a file atomically.
enum AppendedFile {
    /// Appends bytes, creating the file if necessary. If only a part can be written, the file is restored and a `FileError` is
    /// thrown.
    ///
    /// - Parameter lasting: Whether to wait until the bytes are on disk.
    /// - Parameter isNew: Whether to fail if the file already exists.
    static func append(
        _ bytes: [UInt8], to path: String, lasting: Bool, isNew: Bool = false
    ) throws(FileError) {
        let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | (isNew ? O_EXCL : 0)
        let descriptor = open(path, flags, 0o666)
        guard descriptor >= 0 else {
            throw FileError.system(path, "writing", allowed: "an existing, writable folder")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw FileError(
                file: path, place: "writing", found: "a folder or a device",
                allowed: "a new file or a regular file")
        }
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + done, $0.count - done) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                let error = FileError.system(
                    path, "writing \(bytes.count) bytes", allowed: "a disk with enough free space")
                ftruncate(descriptor, status.st_size)
                throw error
            }
            done += count
        }
        guard !lasting || fsync(descriptor) == 0 else {
            throw FileError.system(
                path, "flushing \(bytes.count) bytes to disk", allowed: "a disk without errors")
        }
    }
}
