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
package struct Roofline {
    /// Floating-point operations per second of multiply-adds in registers.
    private let flops: Double
    /// Bytes per second of a copy of 64 MiB that bypasses the caches.
    private let bandwidth: Double

    /// Measures the peaks.
    package init() throws {
        let steps = 200_000
        let arithmetic = try Timing {
            Parallel.chunks(Parallel.threads) { _ in _ = ck_peak_multiply_adds(steps) }
        }
        let lanes = Int(ck_peak_lanes())
        flops = 2 * Double(steps * lanes * Parallel.threads) / arithmetic.least

        let count = 16 << 20
        let from = [Float](repeating: 1, count: count)
        let to = UnsafeMutablePointer<Float>.allocate(capacity: count)
        defer { to.deallocate() }
        let copy = try from.withUnsafeBufferPointer { from in
            try Timing {
                Parallel.elements(count, grain: 1 << 18) { range in
                    guard let base = from.baseAddress else { return }
                    ck_stream(base + range.lowerBound, to + range.lowerBound, range.count)
                    ck_stream_end()
                }
            }
        }
        bandwidth = Double(2 * count * MemoryLayout<Float>.stride) / copy.least
    }

    /// Measures every operation with a known cost. A part above 100 % means that operands stayed in the caches.
    package func measure() throws -> Row {
        var rows: [Row] = []
        for operation in OperationBench.all {
            guard let cost = operation.cost?(operation.batch ?? 1) else { continue }
            let work = operation.prepare(operation.batch ?? 1)
            rows.append(row(operation.name, "forward", cost.forward, try Timing(work.forward).median))
            if let backward = work.backward, let cost = cost.backward {
                rows.append(row(operation.name, "backward", cost, try Timing(backward).median))
            }
        }
        var row = Row()
        row.add("peak_gflops", flops / 1e9, digits: 1)
        row.add("peak_gb_per_s", bandwidth / 1e9, digits: 1)
        row.add("rows", rows)
        return row
    }

    private func row(_ name: String, _ pass: String, _ work: Work, _ seconds: Double) -> Row {
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
