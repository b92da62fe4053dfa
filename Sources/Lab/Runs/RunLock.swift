import Autograd
import Foundation

/// Keeps a second process out of a folder. The system lets go of it when its process ends, however it ends, so that a lock
/// which a dead process left behind stops nobody.
final class RunLock {
    private let descriptor: Int32
    /// The file that is locked.
    static let name = "lock"
    fileprivate static let atWork = "at work in it"

    /// Takes the lock of a folder. Throws a `FileError` that names the process which has it.
    init(folder: String) throws {
        let path = folder + "/" + Self.name
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw FileError(
                file: path, place: "opening", found: "\"\(String(cString: strerror(errno)))\"",
                allowed: "a folder that can be written to")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            var text = [UInt8](repeating: 0, count: 200)
            let count = max(0, pread(descriptor, &text, text.count, 0))
            let owner = String(decoding: text.prefix(count), as: UTF8.self).split(separator: "\n").first.map(
                String.init)
            close(descriptor)
            throw FileError(
                file: folder, place: "lock",
                found: reason == EWOULDBLOCK
                    ? "\(owner ?? "another process") \(Self.atWork)"
                    : "\"\(String(cString: strerror(reason)))\"",
                allowed: "one process at a time; wait for it, or use another name")
        }
        let owner = Array("process \(getpid()) on \(ProcessInfo.processInfo.hostName)\n".utf8)
        _ = ftruncate(descriptor, 0)
        _ = owner.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    deinit {
        // Closing alone leaves the lock to a process that is just being started from this one and holds a copy until it runs.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}

extension FileError {
    /// Whether it says that another process has the folder of a run.
    public var isInUse: Bool { place == "lock" && found.hasSuffix(RunLock.atWork) }
}
