import Autograd
import Foundation
import Synchronization

/// Limits the size of a cache folder by removing the least recently used entries.
///
/// All processes add the bytes they write to one counter in the folder, so that nobody has to list the folder to know
/// its size. Once the counter exceeds the limit, one process at a time lists the folder and evicts entries until four
/// fifths of the limit are left. A process that has opened an entry can read it to the end; one that comes too late
/// recomputes the features.
final class CacheLimit: Sendable {
    private let folder: String
    private let limit: Int
    /// Whether nothing could be removed, so that trying again is pointless.
    private let isStuck = Mutex(false)

    private static let usage = "usage"
    private static let lock = "evicting"
    /// The files of a limit in a cache folder.
    static let names = [usage, lock]
    /// The fraction of the limit that eviction leaves.
    private static let kept = (part: 4, of: 5)

    init(folder: String, limit: Int) {
        (self.folder, self.limit) = (folder, limit)
    }

    /// The size that eviction aims for.
    private var lowered: Int { limit / Self.kept.of * Self.kept.part }

    /// Whether an entry of this size may be kept at all.
    func allows(_ bytes: Int) -> Bool { bytes <= lowered }

    /// Evicts entries if the folder already exceeds the limit, for example after the limit was lowered.
    func enforce() {
        var status = stat()
        let audits =
            stat(folder + "/" + CacheInventory.fingerprintsName, &status) == 0 ? Int(status.st_size) : 0
        guard let sum = count({ $0 ?? 0 }) else { return }
        if sum.before == nil || sum.after + audits > limit { evict(pending: 0) }
    }

    /// Counts an entry that is about to be written, and evicts others if the limit is exceeded.
    func add(_ bytes: Int) {
        let sum = count { known in (known ?? 0) + bytes }
        // Nothing is known about a folder that was filled without a counter.
        guard let sum else { return }
        if sum.before == nil || sum.after > limit { evict(pending: bytes) }
    }

    /// - Parameter pending: The bytes about to be written, for which there must be room.
    private func evict(pending: Int) {
        if isStuck.withLock({ $0 }) { return }
        let descriptor = open(folder + "/" + Self.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return }
        // Bytes that others add from here on are counted on top of what is found.
        guard let begin = count({ $0 ?? 0 })?.after, let inventory = try? CacheInventory(folder) else {
            return
        }
        let evictable = inventory.entries + [inventory.audits].compactMap { $0 }
        var total = evictable.reduce(pending) { $0 + $1.size }
        if total > limit {
            let oldest = evictable.sorted { ($0.used, $0.path) < ($1.used, $1.path) }
            for entry in oldest where total > lowered {
                if unlink(entry.path) == 0 || errno == ENOENT { total -= entry.size }
            }
            if total > limit { isStuck.withLock { $0 = true } }
        }
        _ = count { total + max(0, ($0 ?? begin) - begin) }
    }

    /// Updates the byte counter of the folder under a lock; nil if it cannot be written.
    ///
    /// - Parameter change: Receives the counter, or nil if it is missing or damaged.
    private func count(_ change: (Int?) -> Int) -> (before: Int?, after: Int)? {
        let descriptor = open(folder + "/" + Self.usage, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX) != 0 { if errno != EINTR { return nil } }
        var words: [UInt64] = [0, 0]
        let size = 16
        let got = words.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, size, 0) }
        // The second number is the bitwise complement of the first, to detect damage.
        let before = got == size && words[0] == ~words[1] ? Int(exactly: words[0]) : nil
        let after = max(0, change(before))
        words = [UInt64(after), ~UInt64(after)]
        let put = words.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, size, 0) }
        return put == size ? (before, after) : nil
    }
}
