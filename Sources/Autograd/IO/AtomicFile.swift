import Foundation
import Synchronization

/// Writes files atomically: a reader sees either the old content or the complete new content, even after a power
/// failure.
///
/// The new file has no name until it is complete (`O_TMPFILE`), so the system removes it if the process is killed. Where
/// the file system does not support this, and for the moment in which an existing file is replaced, the file has a
/// temporary name and is locked. The next process that writes to the folder removes such a file if nobody has locked it.
package enum AtomicFile {
    /// Writes what `body` appends to a new file, flushes it to disk and names it `path`. If a step fails, the new file is
    /// removed and an existing file at `path` is unchanged. Symbolic links are followed.
    package static func write(
        to path: String, _ body: (_ append: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) throws {
        let target = linkTarget(path)
        let mode = try allowedMode(target, path)
        let parent = (target as NSString).deletingLastPathComponent
        let folder = parent.isEmpty ? "." : parent
        removeAbandoned(in: folder)
        var (descriptor, temporary) = try create(in: folder, path)
        defer { close(descriptor) }
        do {
            var at = 0
            try body { bytes in
                try writeAll(descriptor, bytes, at: at, path)
                at += bytes.count
            }
            try check(mode.map { fchmod(descriptor, $0) } ?? 0, path, "permissions")
            try check(fsync(descriptor), path, "flushing \(grouped(at)) bytes to disk")
            if temporary == nil, try mode != nil || !link(descriptor, as: target, path) {
                var name = temporaryName(in: folder)
                while try !link(descriptor, as: name, path) { name = temporaryName(in: folder) }
                temporary = name
            }
            if let temporary { try check(rename(temporary, target), path, "renaming the finished file") }
        } catch {
            if let temporary { unlink(temporary) }
            throw error
        }
        syncFolder(folder)
    }

    /// Writes bytes atomically.
    package static func write(_ bytes: some ContiguousBytes, to path: String) throws {
        try write(to: path) { append in try bytes.withUnsafeBytes(append) }
    }

    /// Removes temporary files that killed processes have left in a folder. No other process may be writing there.
    package static func removeUnfinished(in folder: String) {
        for name in names(in: folder) where name.hasPrefix(prefix) { unlink(folder + "/" + name) }
    }

    private static let prefix = ".writing-"
    /// The prefix of this system until it is started again: locks of other machines are not seen on every network file
    /// system.
    private static let ownPrefix: String? = {
        guard let file = fopen("/proc/sys/kernel/random/boot_id", "r") else { return nil }
        defer { fclose(file) }
        var text = [UInt8](repeating: 0, count: 8)
        return fread(&text, 1, 8, file) == 8 ? prefix + String(decoding: text, as: UTF8.self) + "-" : nil
    }()

    /// The folders from which this process has removed abandoned files.
    private static let cleaned = Mutex<Set<String>>([])

    /// Removes the files of killed processes from a folder, once in each process: those that nobody has locked.
    private static func removeAbandoned(in folder: String) {
        guard let ownPrefix, cleaned.withLock({ $0.insert(folder).inserted }) else { return }
        for name in names(in: folder) where name.hasPrefix(ownPrefix) {
            let path = folder + "/" + name
            let descriptor = open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            if descriptor < 0 { continue }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
            close(descriptor)
        }
    }

    private static func names(in folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }

    /// A new name for a file that is not complete.
    package static func temporaryName(in folder: String) -> String {
        folder + "/" + (ownPrefix ?? prefix) + String(UInt64.random(in: 0...UInt64.max), radix: 36)
    }

    private static func linkTarget(_ path: String) -> String {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK, let real = realpath(path, nil)
        else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    /// The permissions of the existing file, which the new file keeps, or nil if there is none.
    private static func allowedMode(_ target: String, _ path: String) throws -> mode_t? {
        var status = stat()
        guard stat(target, &status) == 0 else { return nil }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw FileError(
                file: path, place: "writing", found: "a folder or a device",
                allowed: "a new or a regular file")
        }
        return status.st_mode & 0o777
    }

    /// Creates a file without a name, or one with a temporary name if the file system has no files without one.
    private static func create(in folder: String, _ path: String) throws -> (descriptor: Int32, name: String?)
    {
        while true {
            let unnamed = canLink ? open(folder, O_WRONLY | withoutName | O_CLOEXEC, 0o666) : -1
            if unnamed >= 0 {
                flock(unnamed, LOCK_EX)
                return (unnamed, nil)
            }
            let name = temporaryName(in: folder)
            let descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            guard descriptor >= 0 else {
                if errno == EEXIST || errno == EINTR { continue }
                throw FileError.system(path, "writing", allowed: "an existing, writable folder")
            }
            // Before it was locked, another process may have taken it for abandoned.
            var status = stat()
            flock(descriptor, LOCK_EX)
            if fstat(descriptor, &status) == 0, status.st_nlink > 0 { return (descriptor, name) }
            close(descriptor)
        }
    }

    /// `O_TMPFILE`, a macro that Swift does not import.
    private static let withoutName = 0o20_000_000 | O_DIRECTORY
    /// Whether a file without a name can get one.
    private static let canLink = access("/proc/self/fd", X_OK) == 0

    /// Names a file that has no name. Returns false if the name is taken.
    private static func link(_ descriptor: Int32, as name: String, _ path: String) throws -> Bool {
        let own = "/proc/self/fd/\(descriptor)"
        if linkat(AT_FDCWD, own, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0 { return true }
        try check(errno == EEXIST ? 0 : -1, path, "naming the finished file")
        return false
    }

    private static func writeAll(
        _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at start: Int, _ path: String
    ) throws {
        guard let base = bytes.baseAddress else { return }
        var done = 0
        while done < bytes.count {
            let count = Foundation.write(descriptor, base + done, Swift.min(bytes.count - done, 1 << 30))
            if count < 0 && errno == EINTR { continue }
            try check(count < 0 ? -1 : 0, path, "writing byte \(start + done)")
            done += count
        }
    }

    private static func check(_ result: Int32, _ path: String, _ place: String) throws {
        if result != 0 {
            throw FileError.system(path, place, allowed: "a disk with enough free space")
        }
    }

    /// Makes the rename durable. Some file systems neither support nor need this.
    private static func syncFolder(_ folder: String) {
        let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
