import Autograd
import Foundation
import Synchronization

/// The memory that the features of one clip may need: half of what the process may use. It depends on the machine and its
/// limits, but not on what else is running, so that the same command either always works or always fails.
enum MemoryLimit {
    /// Throws if something needs more memory than one clip may need.
    ///
    /// - Parameters:
    ///   - bytes: The estimated size.
    ///   - action: The operation, for the message.
    ///   - subject: What needs the memory, for the message.
    ///   - advice: How to need less memory, for the message.
    static func check(
        _ bytes: Double, _ action: String, _ subject: String,
        advice: String = "use shorter clips, a larger hop_length or a smaller n_fft"
    ) throws(InputError) {
        guard bytes >= small, bytes > largest else { return }
        throw InputError(
            action, found: "\(subject), which needs about \(gigabytes(bytes)) of memory",
            allowed:
                "at most \(gigabytes(largest)), half of the available memory; \(advice)"
        )
    }

    /// Calls `body`, one call at a time if all threads together would need more memory than one clip may.
    static func withRoom<R>(_ bytes: Double, _ body: () throws -> R) rethrows -> R {
        guard bytes >= small, bytes * Double(Parallel.threads) > largest else { return try body() }
        return try turn.withLock { _ in try body() }
    }

    private static let turn = Mutex(())
    /// Sizes below this are not checked.
    private static let small = Double(1 << 26)
    private static var largest: Double { Double(total / 2) }

    private static func gigabytes(_ bytes: Double) -> String {
        let tenths = (bytes / 1e8).rounded(.up)
        return tenths < 1e6 ? "\(tenths / 10) GB" : "\(grouped(Int(min(tenths / 1e4, 1e15)))) TB"
    }

    /// The memory of the machine, or the limit of the process or its control group if that is lower.
    private static let total: Int = {
        var found = [sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))]
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 {
            found.append(Int(clamping: limit.rlim_cur))
        }
        for file in ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"] {
            let text = try? String(contentsOfFile: file, encoding: .utf8)
            found += [text.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }].compactMap {
                $0
            }
        }
        return found.filter { $0 > 0 }.min() ?? 1 << 32
    }()
}
