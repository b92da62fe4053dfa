import Autograd
import Foundation

/// The memory that the features of one clip may need. It depends on the machine, its limits and the number of threads, but
/// not on what else is running, so that the same command either always works or always fails.
enum MemoryLimit {
    /// Bytes for one thread: half of the memory that the process may use, divided by the number of threads.
    static var perThread: Int { total / 2 / Parallel.threads }

    /// Sizes below this are not checked.
    private static let small = 1 << 26

    /// Throws if something needs more memory than a thread may use.
    ///
    /// - Parameters:
    ///   - bytes: The estimated size.
    ///   - action: The operation, for the message.
    ///   - subject: What needs the memory, for the message.
    static func check(_ bytes: Double, _ action: String, _ subject: String) throws(DataError) {
        guard bytes >= Double(small), bytes > Double(perThread) else { return }
        throw DataError(
            action, found: "\(subject), which needs about \(gigabytes(bytes)) of memory",
            allowed:
                "at most \(gigabytes(Double(perThread))) for each of \(Parallel.threads) threads; use shorter clips, a larger hop_length, a smaller n_fft, or fewer threads"
        )
    }

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
            found += [text.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }].compactMap { $0 }
        }
        return found.filter { $0 > 0 }.min() ?? 1 << 32
    }()
}
