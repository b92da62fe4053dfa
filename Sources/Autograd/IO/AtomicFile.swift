import Foundation

/// Writes files atomically: a reader sees either the old content or the complete new content, even after a power
/// failure.
package enum AtomicFile {
    /// Writes what `body` appends to a temporary file in the same folder, flushes it to disk and renames it to
    /// `path`. If a step fails, the temporary file is removed and an existing file at `path` is unchanged. Symbolic
    /// links are followed.
    package static func write(
        to path: String, _ body: (_ append: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) throws {
        let target = linkTarget(path)
        let mode = try allowedMode(target, path)
        let folder = (target as NSString).deletingLastPathComponent
        let (descriptor, temporary) = try create(in: folder.isEmpty ? "." : folder, path)
        var isOpen = true
        do {
            var at = 0
            try body { bytes in
                try writeAll(descriptor, bytes, at: at, path)
                at += bytes.count
            }
            try check(mode.map { fchmod(descriptor, $0) } ?? 0, path, "permissions")
            try check(fsync(descriptor), path, "flushing \(grouped(at)) bytes to disk")
            isOpen = false
            try check(close(descriptor), path, "closing")
            try check(rename(temporary, target), path, "renaming the finished file")
        } catch {
            if isOpen { close(descriptor) }
            unlink(temporary)
            throw error
        }
        syncFolder(folder.isEmpty ? "." : folder)
    }

    /// Writes bytes atomically.
    package static func write(_ bytes: some ContiguousBytes, to path: String) throws {
        try write(to: path) { append in try bytes.withUnsafeBytes(append) }
    }

    /// Removes temporary files that killed processes have left in a folder. No other process may be writing there.
    package static func removeUnfinished(in folder: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        where name.hasPrefix(prefix) {
            unlink(folder + "/" + name)
        }
    }

    private static let prefix = ".writing-"

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

    private static func create(in folder: String, _ path: String) throws -> (descriptor: Int32, path: String)
    {
        while true {
            let suffix = String(UInt64.random(in: 0...UInt64.max), radix: 36)
            let temporary = "\(folder)/\(prefix)\(getpid())-\(suffix)"
            let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            if descriptor >= 0 { return (descriptor, temporary) }
            guard errno == EEXIST || errno == EINTR else {
                throw FileError.system(path, "writing", allowed: "an existing, writable folder")
            }
        }
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
