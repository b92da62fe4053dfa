import Autograd
import Glibc

/// Durations of repeated runs of the same work.
package struct Timing: Sendable {
    /// The seconds in ascending order.
    private let sorted: [Double]

    /// Runs `work` to warm up, then at least `runs` times and for at least `seconds`.
    ///
    /// Benchmarks/peers/operations_torch.py does the same.
    package init(
        warmUp: Int = 3, warmUpSeconds: Double = 0.1, runs: Int = 10, seconds: Double = 0.5,
        _ work: () -> Void
    ) throws {
        let clock = ContinuousClock()
        var begin = clock.now
        var count = 0
        while count < warmUp || (clock.now - begin).inSeconds < warmUpSeconds {
            work()
            count += 1
            try Cancellation.check()
        }
        var times: [Double] = []
        begin = clock.now
        while times.count < runs || (clock.now - begin).inSeconds < seconds {
            let start = clock.now
            work()
            times.append((clock.now - start).inSeconds)
            try Cancellation.check()
        }
        sorted = times.sorted()
    }

    /// The number of timed runs.
    package var runs: Int { sorted.count }

    /// The shortest run.
    package var least: Double { sorted[0] }

    package var median: Double {
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// The noise of the measurement: the 90th percentile divided by the median.
    package var spread: Double { sorted[min(sorted.count - 1, sorted.count * 9 / 10)] / median }
}

/// Memory and age of this process.
package enum ProcessUsage {
    /// The peak memory of this process in MiB.
    package static var peakMemory: Double {
        for line in lines(of: "/proc/self/status") where line.hasPrefix("VmHWM:") {
            if let kilobytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first {
                return (Double(kilobytes) ?? 0) / 1024
            }
        }
        return 0
    }

    /// The seconds since this process was started.
    package static var age: Double {
        // Skip the program's name, which is in parentheses and may contain any characters.
        guard let stat = lines(of: "/proc/self/stat").first, let end = stat.lastIndex(of: ")") else {
            return 0
        }
        let fields = stat[end...].split(separator: " ")
        guard fields.count > 20, let ticks = Double(fields[20]) else { return 0 }
        var now = timespec()
        clock_gettime(CLOCK_BOOTTIME, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9 - ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func lines(of path: String) -> [Substring] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n")
    }
}
