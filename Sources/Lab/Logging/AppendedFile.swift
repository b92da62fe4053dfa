import Autograd
import Foundation

/// Adds to the end of a file: all of it or nothing.
enum AppendedFile {
    /// Appends bytes, and creates the file where there is none. Where the disk takes only a part, what was there before
    /// stays and a `FileError` is thrown.
    ///
    /// - Parameter lasting: Returns only when the bytes are on the disk.
    /// - Parameter isNew: Fails where there is a file already.
    static func append(
        _ bytes: [UInt8], to path: String, lasting: Bool, isNew: Bool = false
    ) throws(FileError) {
        let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | (isNew ? O_EXCL : 0)
        let descriptor = open(path, flags, 0o666)
        guard descriptor >= 0 else {
            throw FileError.system(path, "writing", allowed: "a folder that exists and may be written")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw FileError(
                file: path, place: "writing", found: "a folder or a device",
                allowed: "a new or a regular file")
        }
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + done, $0.count - done) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                let error = FileError.system(
                    path, "writing \(bytes.count) bytes", allowed: "a disk with room that takes them")
                ftruncate(descriptor, status.st_size)
                throw error
            }
            done += count
        }
        guard !lasting || fsync(descriptor) == 0 else {
            throw FileError.system(
                path, "bringing \(bytes.count) bytes to disk", allowed: "a disk that takes them")
        }
    }
}
