import Autograd
import Foundation

/// The progress of a download.
public struct DownloadProgress: Sendable, Equatable {
    /// The current step.
    public enum Step: String, Sendable { case downloading, checking, unpacking }

    /// The archive.
    public var archive: String
    /// The current step.
    public var step: Step
    /// Bytes processed.
    public var done: Int
    /// Bytes in total.
    public var total: Int
}

/// An archive on the web that becomes a folder of audio files.
package struct ArchiveDownload: Sendable {
    /// The name of the folder, such as `Audio_Speech_Actors_01-24`. The archive has the extension `.zip`.
    package var name: String
    package var url: String
    /// The size in bytes.
    package var size: Int
    /// The checksum; nil if unknown.
    package var md5: String?
    /// The number of audio files in it.
    package var audioFiles: Int
    /// The maximum size of its files in bytes, to check the disk space.
    package var unpackedSize: Int
    /// The seconds before the first retry.
    package var pause = 1.0
    package var patience = 60.0
    /// The folders that may contain curl; nil for those of PATH.
    package var programs: [String]?
    /// The free disk space of a folder.
    package var freeSpace: @Sendable (String) -> Int? = { freeBytes(of: $0) }

    package init(name: String, url: String, size: Int, md5: String?, audioFiles: Int, unpackedSize: Int) {
        self.name = name
        self.url = url
        self.size = size
        self.md5 = md5
        self.audioFiles = audioFiles
        self.unpackedSize = unpackedSize
    }

    /// Creates the folder `name` below `folder`, completely or not at all. Does nothing if it exists.
    ///
    /// The archive is downloaded as `name.zip.partial`, verified, unpacked under a hidden name, and renamed at the end.
    /// An archive that is already in the folder is used instead.
    package func run(in folder: String, progress: @escaping @Sendable (DownloadProgress) -> Void) throws {
        if try isThere(in: folder) { return }
        try makeFolder(folder)
        let lock = try FolderLock(folder)
        defer { lock.release() }
        if try isThere(in: folder) { return }
        let archive = "\(folder)/\(name).zip"
        let isBrought = access(archive, F_OK) == 0
        if isBrought {
            try checkSpace(folder, fetching: 0)
            try check(archive, progress)
        } else {
            try fetch(archive, folder, progress)
        }
        try unpack(archive, folder, progress)
        if !isBrought { unlink(archive) }
    }

    /// Whether the finished folder exists. Throws if it exists and is incomplete.
    private func isThere(in folder: String) throws -> Bool {
        let path = "\(folder)/\(name)"
        guard access(path, F_OK) == 0 else { return false }
        let found = try FolderListing(path, purpose: "looking for the data").files.count(where: \.isAudio)
        guard found >= audioFiles else {
            throw FileError(
                file: path, place: "looking for the data", found: "a folder with \(found) audio files",
                allowed: "\(audioFiles); remove the folder to download it again")
        }
        return true
    }

    private func makeFolder(_ folder: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw FileError(
                file: folder, place: "creating the folder", found: error.localizedDescription,
                allowed: "a writable location")
        }
    }

    private func checkSpace(_ folder: String, fetching: Int) throws {
        let needed = fetching + unpackedSize
        guard let free = freeSpace(folder), free < needed else { return }
        throw FileError(
            file: folder, place: "disk space", found: "\(grouped(free / 1_000_000)) MB",
            allowed: "at least \(grouped((needed + 999_999) / 1_000_000)) MB for \(name)")
    }

    private func fetch(
        _ archive: String, _ folder: String, _ progress: @escaping @Sendable (DownloadProgress) -> Void
    ) throws {
        let partial = archive + ".partial"
        var transfer = Transfer(url: url, file: partial, size: size)
        transfer.pause = pause
        transfer.patience = patience
        if let programs { transfer.folders = programs }
        for isLast in [false, true] {
            var status = stat()
            let begun = stat(partial, &status) == 0 ? min(Int(status.st_size), size) : 0
            try checkSpace(folder, fetching: size - begun)
            try transfer.run { done in
                progress(DownloadProgress(archive: name, step: .downloading, done: done, total: size))
            }
            do {
                try check(partial, progress)
                break
            } catch {
                // A part from an earlier run may be damaged.
                unlink(partial)
                if isLast || begun == 0 { throw error }
            }
        }
        guard rename(partial, archive) == 0 else {
            throw FileError.system(archive, "renaming", allowed: "a writable folder")
        }
    }

    private func check(_ file: String, _ progress: @escaping @Sendable (DownloadProgress) -> Void) throws {
        var status = stat()
        guard stat(file, &status) == 0, Int(status.st_size) == size else {
            throw FileError(
                file: file, place: "size", found: "\(grouped(Int(status.st_size))) bytes",
                allowed: "\(grouped(size)); remove the file and run the command again")
        }
        guard let md5 else { return }
        let found = try MD5.of(file: file) { done in
            progress(DownloadProgress(archive: name, step: .checking, done: done, total: size))
        }
        guard found == md5.lowercased() else {
            throw FileError(
                file: file, place: "MD5 checksum", found: found,
                allowed: "\(md5); the file is damaged: remove it and run the command again")
        }
    }

    private func unpack(
        _ archive: String, _ folder: String, _ progress: @escaping @Sendable (DownloadProgress) -> Void
    ) throws {
        let temporary = "\(folder)/.unpacking-\(name)"
        // What a killed run left behind.
        try? FileManager.default.removeItem(atPath: temporary)
        let unpacking = try Unpacking(archive)
        let count = unpacking.files.count { FoundFile(path: $0.name, size: $0.size).isAudio }
        guard count == audioFiles else {
            throw FileError(
                file: archive, place: "directory", found: "\(count) audio files", allowed: "\(audioFiles)")
        }
        let total = unpacking.size
        do {
            try unpacking.run(into: temporary) { done in
                progress(DownloadProgress(archive: name, step: .unpacking, done: done, total: total))
            }
            // The files reach the disk before their folder gets its final name.
            sync()
            guard rename(temporary, "\(folder)/\(name)") == 0 else {
                throw FileError.system(
                    "\(folder)/\(name)", "renaming", allowed: "a writable folder")
            }
        } catch {
            try? FileManager.default.removeItem(atPath: temporary)
            throw error
        }
    }
}

/// The free disk space of a folder in bytes; nil if the system does not report it.
private func freeBytes(of folder: String) -> Int? {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { return nil }
    return Int(
        clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
            .partialValue)
}

/// Prevents concurrent downloads into a folder; the system releases the lock when the process ends.
private struct FolderLock {
    private let descriptor: Int32

    init(_ folder: String) throws {
        let path = folder + "/.downloading"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw FileError.system(path, "writing", allowed: "a writable folder")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw FileError(
                file: folder, place: "downloading", found: "another process that downloads into this folder",
                allowed: "one download at a time; wait for it")
        }
    }

    func release() { close(descriptor) }
}
