import Autograd
import Foundation

/// An exclusive lock on a folder. The system releases it when the process ends, so that a crash leaves no stale lock.
final class RunLock {
    private let descriptor: Int32
    /// The name of the locked file.
    static let name = "lock"

    /// Locks a folder. Throws `FolderInUse`, which names the process that holds the lock.
    init(folder: String) throws {
        let path = folder + "/" + Self.name
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw FileError(
                file: path, place: "opening", found: "\"\(String(cString: strerror(errno)))\"",
                allowed: "a writable folder")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            var text = [UInt8](repeating: 0, count: 200)
            let count = max(0, pread(descriptor, &text, text.count, 0))
            let owner = String(decoding: text.prefix(count), as: UTF8.self).split(separator: "\n").first.map(
                String.init)
            close(descriptor)
            if reason == EWOULDBLOCK {
                throw FolderInUse(folder: folder, owner: owner ?? "another process")
            }
            throw FileError(
                file: path, place: "locking", found: "\"\(String(cString: strerror(reason)))\"",
                allowed: "a file system with file locks")
        }
        let owner = Array("process \(getpid()) on \(ProcessInfo.processInfo.hostName)\n".utf8)
        _ = ftruncate(descriptor, 0)
        _ = owner.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    deinit {
        // A process that is being started from this one holds a copy of the descriptor, so closing it does not release the lock.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}

/// Another process holds the lock of a folder.
public struct FolderInUse: Error, Sendable, Equatable, CustomStringConvertible {
    /// The folder of the run.
    public let folder: String
    /// The process that holds the lock, such as "process 4711 on host".
    public let owner: String

    /// The message: the folder, its owner, and what to do.
    public var description: String {
        "\(folder): in use by \(owner); wait for it to finish, or choose another name"
    }
}
