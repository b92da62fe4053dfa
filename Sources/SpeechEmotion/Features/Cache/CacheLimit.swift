import Autograd
import Foundation
import Synchronization

/// Keeps a cache folder within a size: beyond it, the least recently used entries are removed. What audits found of sounds counts as
/// one entry. The size is checked when a cache is opened and whenever an entry is written.
///
/// All processes add what they write to one number in the folder, so that nobody has to list the folder to know its size.
/// It is listed when that number is beyond the limit, by one process at a time, which then brings it down to four fifths
/// of the limit. A process that is reading an entry meanwhile reads it to its end, as the system keeps an open file;
/// one that comes too late makes the features anew.
final class CacheLimit: Sendable {
    private let folder: String
    private let limit: Int
    /// Whether nothing could be taken away, so that trying again is of no use.
    private let isStuck = Mutex(false)

    private static let usage = "usage"
    private static let lock = "evicting"
    /// The files of a limit in a cache folder.
    static let names = [usage, lock]
    /// The part of the limit that is left to the entries once it has been reached.
    private static let kept = (part: 4, of: 5)

    init(folder: String, limit: Int) {
        (self.folder, self.limit) = (folder, limit)
    }

    /// What entries may come to once some have been taken away.
    private var lowered: Int { limit / Self.kept.of * Self.kept.part }

    /// Whether an entry of so many bytes may be kept at all.
    func allows(_ bytes: Int) -> Bool { bytes <= lowered }

    /// Makes room if the folder is larger than the limit already, such as after a lower limit was set or after an audit.
    func checkOnce() {
        var status = stat()
        let audits = stat(folder + "/" + CacheInventory.soundsName, &status) == 0 ? Int(status.st_size) : 0
        guard let sum = count({ $0 ?? 0 }) else { return }
        if sum.before == nil || sum.after + audits > limit { evict(pending: 0) }
    }

    /// Counts an entry that is about to be written, and makes room where there is too much.
    func add(_ bytes: Int) {
        let sum = count { known in (known ?? 0) + bytes }
        // Nothing is known of a folder that was filled without a count.
        guard let sum else { return }
        if sum.before == nil || sum.after > limit { evict(pending: bytes) }
    }

    /// - Parameter pending: The bytes that are about to be written, for which there has to be room.
    private func evict(pending: Int) {
        if isStuck.withLock({ $0 }) { return }
        let descriptor = open(folder + "/" + Self.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return }
        // What others add from here on is counted on top of what is found.
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

    /// Changes the number of bytes in the folder while no other process does; nil where that cannot be written.
    ///
    /// - Parameter change: Given the number, or nil where there is none or a damaged one.
    private func count(_ change: (Int?) -> Int) -> (before: Int?, after: Int)? {
        let descriptor = open(folder + "/" + Self.usage, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX) != 0 { if errno != EINTR { return nil } }
        var words: [UInt64] = [0, 0]
        let size = 16
        let got = words.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, size, 0) }
        // The second number is the first one with all bits turned, so that a damaged file is told.
        let before = got == size && words[0] == ~words[1] ? Int(exactly: words[0]) : nil
        let after = max(0, change(before))
        words = [UInt64(after), ~UInt64(after)]
        let put = words.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, size, 0) }
        return put == size ? (before, after) : nil
    }
}
