import Autograd
import Foundation
import Synchronization

/// Caches features on disk, by the content of the audio file and by how the features were computed.
///
/// Several processes may share a folder: files appear atomically, under a temporary name first. A damaged file is
/// recomputed, never used. If the folder becomes unwritable (full disk, missing permission), work continues without a
/// cache, and `report` is called once.
///
/// A recording is read and hashed once. Later its content is assumed to be unchanged as long as the file has the same
/// device, inode, size, modification time and change time; files changed within the last seconds are always hashed.
/// With `trustsStamps` false, every recording is hashed every time.
///
/// The folder stays within a size limit: see `CacheLimit`.
public final class FeatureCache: Sendable {
    /// The folder of the cache.
    public let folder: String
    private let trustsStamps: Bool
    private let report: @Sendable (String) -> Void
    private let stamps: StampIndex
    private let isWritable = Mutex(true)
    private let hasCleaned = Mutex(false)
    private let limit: CacheLimit?

    /// The default size limit: 2 GB.
    public static let defaultLimit = ByteSize(2_000_000_000)

    /// `prosody` in the folder named by `XDG_CACHE_HOME`, or in `~/.cache`.
    public static var defaultFolder: String {
        let environment = ProcessInfo.processInfo.environment
        let named = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        return (named ?? NSHomeDirectory() + "/.cache") + "/prosody"
    }

    /// Opens a cache in a folder, which is created when the first features are stored.
    ///
    /// - Parameters:
    ///   - limit: The maximum total size of the entries; nil disables the limit.
    ///   - report: Called once with a message if nothing can be stored any more.
    public convenience init(
        folder: String? = nil, trustsStamps: Bool = true, limit: ByteSize? = FeatureCache.defaultLimit,
        report: @escaping @Sendable (String) -> Void = { message in
            FileHandle.standardError.write(Data((message + "\n").utf8))
        }
    ) {
        self.init(folder: folder, trustsStamps: trustsStamps, limit: limit, patience: 3, report: report)
    }

    /// - Parameter patience: The age in seconds of the last change of a file from which on its stamp is trusted. The
    ///   clocks of file systems tick every few milliseconds; some tick every two seconds.
    package init(
        folder: String?, trustsStamps: Bool, limit: ByteSize? = FeatureCache.defaultLimit, patience: Double,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.folder = folder ?? Self.defaultFolder
        self.trustsStamps = trustsStamps
        self.report = report
        stamps = StampIndex(path: self.folder + "/" + CacheInventory.stampsName, patience: patience)
        self.limit = limit.map { [folder = self.folder] in CacheLimit(folder: folder, limit: $0.bytes) }
        self.limit?.enforce()
    }

    /// Returns the cached features of a file, or computes them with `make` and caches them.
    ///
    /// - Parameter recipe: Everything but the file's content that the features depend on: the pipeline's fingerprint,
    ///   the segment of the file, and the augmented copy.
    public func features(ofFile path: String, recipe: String, make: () throws -> Features) throws -> Features
    {
        // Some files of the system seem to be empty, and reading them waits for ever.
        guard let stamp = FileStamp(path), 1...AudioSource.mostBytes ~= Int(stamp.size) else {
            return try make()
        }
        let content = try content(of: path, stamp)
        let key = (SHA256.hex(content) + "\n" + recipe).utf8.withContiguousStorageIfAvailable {
            SHA256.digest(of: UnsafeRawBufferPointer($0))
        }
        guard let key else { return try make() }
        let file = place(of: key)
        if let kept = read(file, key) { return kept }
        let made = try make()
        // What was read may be neither the old content nor the new.
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

    /// In one of 256 folders, to limit the number of files in each.
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

    /// Sets the access time, which file systems maintain loosely or not at all; eviction depends on it.
    private func noteUse(of descriptor: Int32, _ status: stat) {
        let now = Int64(Date().timeIntervalSince1970)
        guard limit != nil, now * 1_000_000_000 - status.lastUse > Self.closeUse else { return }
        let times = [timespec(tv_sec: Int(now), tv_nsec: 0), status.lastChange]
        _ = futimens(descriptor, times)
    }

    /// Uses within this many nanoseconds count as one: a minute.
    private static let closeUse: Int64 = 60_000_000_000

    private func keep(_ features: Features, _ key: [UInt8], _ file: String) {
        guard isWritable.withLock({ $0 }) else { return }
        let bytes = CacheEntry.bytes(features, key: key)
        if let limit, !limit.allows(bytes.count) { return }
        removeLeftovers()
        let group = (file as NSString).deletingLastPathComponent
        // Before the file exists: clocks of file systems are coarse, and it would not always count as the newest.
        makeFolder(group)
        limit?.add(bytes.count)
        let temporary = "\(file).\(getpid())-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
        var descriptor: Int32 = -1
        // Another process may clear the cache meanwhile.
        for _ in 0..<10 where descriptor < 0 {
            makeFolder(group)
            descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            if descriptor < 0, errno != ENOENT { break }
        }
        guard descriptor >= 0 else { return give(up: errno, file) }
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
        // After a power cut the file may be empty; its checksum reveals that.
        // If another process clears the cache meanwhile, the entry is lost, but later ones can still be stored.
        if failure == 0, rename(temporary, file) != 0, errno != ENOENT { failure = errno }
        if failure != 0 { unlink(temporary) }
        give(up: failure, file)
    }

    /// Removes the temporary files of killed processes after more than a day, once.
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

    /// Stops storing after a failure, and reports the first one.
    private func give(up failure: Int32, _ place: String) {
        guard failure != 0 else { return }
        let isFirst = isWritable.withLock { isWritable in
            defer { isWritable = false }
            return isWritable
        }
        if isFirst {
            report(
                "\(place): \(String(cString: strerror(failure))). Features are no longer cached from here on."
            )
        }
    }
}
