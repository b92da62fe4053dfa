import Foundation
import Synchronization

/// Features on disk, found by the content of the sound file and by how they were computed.
///
/// Several processes may use a folder at once: files appear whole, under a temporary name first. A damaged
/// file is computed anew, never read. Where the folder cannot be written any more (a full disk, no
/// permission), work goes on without, and `report` is told once.
///
/// A sound is read and hashed once. Later its content is taken to be the same as long as the system gives the
/// same device, inode, size, time of modification and time of change for it, all of which a program would
/// have to forge at once; files changed within the last seconds are not trusted so. With `trustsStamps` false
/// every sound is hashed every time.
///
/// The folder stays within a size: see `CacheLimit`.
public final class FeatureCache: Sendable {
    /// Where the files are.
    public let folder: String
    private let trustsStamps: Bool
    private let report: @Sendable (String) -> Void
    private let stamps: StampIndex
    private let isWritable = Mutex(true)
    private let hasCleaned = Mutex(false)
    private let limit: CacheLimit?

    /// How large a folder may become unless something else is asked for: 2 GB.
    public static let defaultLimit = ByteSize(2_000_000_000)

    /// `prosody` in the folder that `XDG_CACHE_HOME` names, or in `~/.cache`.
    public static var defaultFolder: String {
        let environment = ProcessInfo.processInfo.environment
        let named = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        return (named ?? NSHomeDirectory() + "/.cache") + "/prosody"
    }

    /// A cache in a folder, which is made when the first features are kept.
    ///
    /// - Parameters:
    ///   - limit: How large its entries may become together; nil sets no limit.
    ///   - report: Is told once, in a sentence, why nothing can be kept any more.
    public convenience init(
        folder: String? = nil, trustsStamps: Bool = true, limit: ByteSize? = FeatureCache.defaultLimit,
        report: @escaping @Sendable (String) -> Void = { message in
            FileHandle.standardError.write(Data((message + "\n").utf8))
        }
    ) {
        self.init(folder: folder, trustsStamps: trustsStamps, limit: limit, patience: 3, report: report)
    }

    /// - Parameter patience: How many seconds old the last change of a file has to be for its stamp to be
    ///   trusted. Clocks of file systems tick every few milliseconds; those of some others, every two
    ///   seconds.
    package init(
        folder: String?, trustsStamps: Bool, limit: ByteSize? = FeatureCache.defaultLimit, patience: Double,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.folder = folder ?? Self.defaultFolder
        self.trustsStamps = trustsStamps
        self.report = report
        stamps = StampIndex(path: self.folder + "/" + CacheInventory.stampsName, patience: patience)
        self.limit = limit.map { [folder = self.folder] in CacheLimit(folder: folder, limit: $0.bytes) }
        self.limit?.checkOnce()
    }

    /// The features of a file: those on disk, or else what `make` computes, which is then kept.
    ///
    /// - Parameter recipe: All that the features depend on beside the content of the file: the pipeline's
    ///   fingerprint, and which part of the file or which row of an augmentation.
    public func features(ofFile path: String, recipe: String, make: () throws -> Features) throws -> Features
    {
        guard let stamp = FileStamp(path) else { return try make() }
        let content = try content(of: path, stamp)
        let key = (SHA256.hex(content) + "\n" + recipe).utf8.withContiguousStorageIfAvailable {
            SHA256.digest(of: UnsafeRawBufferPointer($0))
        }
        guard let key else { return try make() }
        let file = place(of: key)
        if let kept = read(file, key) { return kept }
        let made = try make()
        // What has been read may be neither the old content nor the new.
        if FileStamp(path) == stamp, (1...4).contains(made.shape.count) { keep(made, key, file) }
        return made
    }

    private func content(of path: String, _ stamp: FileStamp) throws -> [UInt8] {
        if trustsStamps, let known = stamps.digest(stamp) { return known }
        let digest = try SHA256.digest(ofFile: path)
        if trustsStamps, isWritable.withLock({ $0 }), FileStamp(path) == stamp {
            makeFolder(folder)
            give(up: stamps.note(stamp, digest: digest), folder)
        }
        return digest
    }

    /// In one of 256 folders, so that none has too many files.
    private func place(of key: [UInt8]) -> String {
        let name = SHA256.hex(key)
        return "\(folder)/\(name.prefix(2))/\(name.dropFirst(2))"
    }

    private func read(_ file: String, _ key: [UInt8]) -> Features? {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size < 1 << 32
        else { return nil }
        noteUse(of: descriptor, status)
        let size = Int(status.st_size)
        return withUnsafeTemporaryAllocation(byteCount: max(size, 1), alignment: 64) { buffer in
            var done = 0
            while done < size {
                let got = Foundation.read(descriptor, buffer.baseAddress! + done, size - done)
                if got < 0 && errno == EINTR { continue }
                guard got > 0 else { return nil }
                done += got
            }
            return CacheEntry.features(UnsafeRawBufferPointer(rebasing: buffer[..<size]), key: key)
        }
    }

    /// Sets the time of access, which file systems keep loosely or not at all: by it the entries are found that nobody uses.
    private func noteUse(of descriptor: Int32, _ status: stat) {
        let now = Int64(Date().timeIntervalSince1970)
        guard limit != nil, now * 1_000_000_000 - status.lastUse > Self.closeUse else { return }
        let times = [timespec(tv_sec: Int(now), tv_nsec: 0), status.lastChange]
        _ = futimens(descriptor, times)
    }

    /// Uses within so many nanoseconds count as one: a minute.
    private static let closeUse: Int64 = 60_000_000_000

    private func keep(_ features: Features, _ key: [UInt8], _ file: String) {
        guard isWritable.withLock({ $0 }) else { return }
        let bytes = CacheEntry.bytes(features, key: key)
        if let limit, !limit.allows(bytes.count) { return }
        removeLeftovers()
        let temporary = "\(file).\(getpid())-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
        var descriptor: Int32 = -1
        // Another process may empty the cache meanwhile.
        for _ in 0..<10 where descriptor < 0 {
            makeFolder((file as NSString).deletingLastPathComponent)
            descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            if descriptor < 0, errno != ENOENT { break }
        }
        guard descriptor >= 0 else { return give(up: errno, file) }
        limit?.add(bytes.count)
        var done = 0
        var failure: Int32 = 0
        bytes.withUnsafeBytes { bytes in
            while done < bytes.count, failure == 0 {
                let count = write(descriptor, bytes.baseAddress! + done, bytes.count - done)
                if count < 0 && errno == EINTR { continue }
                if count > 0 { done += count } else { failure = count < 0 ? errno : ENOSPC }
            }
        }
        if close(descriptor) != 0 && failure == 0 { failure = errno }
        // A power cut may leave an empty file under the last name; its checksum tells.
        // A cache that is emptied meanwhile loses the entry, which is no reason to keep no others.
        if failure == 0, rename(temporary, file) != 0, errno != ENOENT { failure = errno }
        if failure != 0 { unlink(temporary) }
        give(up: failure, file)
    }

    /// Removes what processes that were killed left behind more than a day ago, once.
    private func removeLeftovers() {
        let isDone = hasCleaned.withLock { hasCleaned in
            defer { hasCleaned = true }
            return hasCleaned
        }
        if isDone { return }
        let manager = FileManager.default
        for group in (try? manager.contentsOfDirectory(atPath: folder)) ?? [] where group.utf8.count == 2 {
            let names = (try? manager.contentsOfDirectory(atPath: "\(folder)/\(group)")) ?? []
            for name in names where name.contains(".") {
                let path = "\(folder)/\(group)/\(name)"
                let yesterday = Int64(Date().timeIntervalSince1970 - 86400) * 1_000_000_000
                if let stamp = FileStamp(path), stamp.changed < yesterday { unlink(path) }
            }
        }
    }

    private func makeFolder(_ folder: String) {
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    /// Stops keeping where something failed, and says so the first time.
    private func give(up failure: Int32, _ place: String) {
        guard failure != 0 else { return }
        let isFirst = isWritable.withLock { isWritable in
            defer { isWritable = false }
            return isWritable
        }
        if isFirst {
            report(
                "\(place): \(String(cString: strerror(failure))). Features are computed without being kept from here on."
            )
        }
    }
}
