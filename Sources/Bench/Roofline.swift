import Autograd
import CKernels

/// The least work of one pass of an operation: every operand is read or written once.
struct Work: Sendable {
    let flops: Double
    let bytes: Double

    init(multiplyAdds: Int = 0, elements: Int) {
        flops = 2 * Double(multiplyAdds)
        bytes = Double(elements * MemoryLayout<Real>.stride)
    }
}

/// The least work of the passes of an operation.
struct Cost: Sendable {
    let forward: Work
    var backward: Work? = nil

    /// A product of m x k and k x n elements.
    static func product(_ m: Int, _ n: Int, _ k: Int) -> Cost {
        Cost(forward: Work(multiplyAdds: m * n * k, elements: m * k + k * n + m * n))
    }

    /// An operation that is limited by reading and writing elements.
    static func moving(_ elements: Int, backward: Int? = nil) -> Cost {
        Cost(forward: Work(elements: elements), backward: backward.map { Work(elements: $0) })
    }
}

/// The measured peaks of the processor on all threads, and what part of them the operations reach.
///
/// The peak of memory is that of a copy with as many bytes as the operation moves, so that operands which stay in a
/// cache are compared with the speed of that cache.
package struct Roofline {
    /// Floating-point operations per second of multiply-adds in registers.
    private let flops: Double
    /// The number of floats of the largest copy, 64 MiB.
    private static let largestCopy = 16 << 20

    /// Measures the peak of arithmetic.
    package init() throws {
        let steps = 200_000
        let arithmetic = try Timing {
            Parallel.chunks(Parallel.threads) { _ in _ = ck_peak_multiply_adds(steps) }
        }
        let lanes = Int(ck_peak_lanes())
        flops = 2 * Double(steps * lanes * Parallel.threads) / arithmetic.least
    }

    /// Bytes per second of the faster of two copies of `count` floats: one through the caches, and one that bypasses them.
    private static func bandwidth(_ count: Int) throws -> Double {
        let from = [Float](repeating: 1, count: count)
        let to = UnsafeMutablePointer<Float>.allocate(capacity: count)
        to.initialize(repeating: 0, count: count)
        defer { to.deallocate() }
        let seconds = try from.withUnsafeBufferPointer { from in
            try [true, false].map { bypassing in
                try Timing {
                    Parallel.elements(count, grain: 1 << 13) { range in
                        guard let base = from.baseAddress else { return }
                        let (source, target) = (base + range.lowerBound, to + range.lowerBound)
                        if bypassing {
                            ck_stream(source, target, range.count)
                            ck_stream_end()
                        } else {
                            target.update(from: source, count: range.count)
                        }
                    }
                }.median
            }
        }
        return Double(2 * count * MemoryLayout<Float>.stride) / (seconds.min() ?? .infinity)
    }

    /// Measures every operation with a known cost.
    package func measure() throws -> Row {
        var rows: [Row] = []
        for operation in OperationBench.all {
            guard let cost = operation.cost?(operation.batch ?? 1) else { continue }
            let work = operation.prepare(operation.batch ?? 1)
            rows.append(try row(operation.name, "forward", cost.forward, try Timing(work.forward).median))
            if let backward = work.backward, let cost = cost.backward {
                rows.append(try row(operation.name, "backward", cost, try Timing(backward).median))
            }
        }
        var row = Row()
        row.add("peak_gflops", flops / 1e9, digits: 1)
        row.add("peak_gb_per_s", try Self.bandwidth(Self.largestCopy) / 1e9, digits: 1)
        row.add("rows", rows)
        return row
    }

    private func row(_ name: String, _ pass: String, _ work: Work, _ seconds: Double) throws -> Row {
        let floats = Int(work.bytes) / (2 * MemoryLayout<Float>.stride)
        let bandwidth = try Self.bandwidth(min(max(floats, 1 << 12), Self.largestCopy))
        let (arithmetic, memory) = (work.flops / flops, work.bytes / bandwidth)
        var row = Row()
        row.add("bench", name)
        row.add("pass", pass)
        row.add("ms", seconds * 1000, digits: 3)
        row.add("gflops", work.flops / seconds / 1e9, digits: 1)
        row.add("gb_per_s", work.bytes / seconds / 1e9, digits: 1)
        row.add("limit", arithmetic > memory ? "arithmetic" : "memory")
        row.add("percent_of_peak", max(arithmetic, memory) / seconds * 100, digits: 1)
        return row
    }
}
