import Autograd
import CKernels
import Foundation

/// Resamples by a rational factor with a polyphase filter bank: one row of taps for each position of an output between
/// two inputs.
///
/// The filter is a sinc with 48 zero crossings on either side under a Kaiser window (beta 9) with a cutoff at 0.94 of
/// the lower Nyquist frequency. Each row sums to 1, so that a constant is preserved.
struct ResampleFilter: Sendable {
    /// Outputs are `down / up` inputs apart.
    let up, down: Int
    /// The number of taps in a row, and how many of them lie before the output.
    private let width, reach: Int
    /// The bank holds the rows of this many outputs; the next ones begin `inputs` samples later.
    private let outputs, inputs: Int
    /// In the layout of `ck_resample_lanes`: for each block of rows, its taps, its first input and their count.
    private let taps: [Float]
    private let first, counts: [Int32]

    static let zeros = 48
    static let beta = 9.0
    static let cutoff = 0.94
    /// The maximum number of taps in a bank.
    private static let mostTaps = 1 << 18
    private static let made = SharedTables<SIMD2<Int>, ResampleFilter>(limit: 32)

    /// Returns the cached filter from one sample rate to another; nil if it would need too many rows, or if the sample
    /// rates are too far apart.
    static func from(_ old: Int, to new: Int) -> ResampleFilter? {
        let shared = greatestCommonDivisor(old, new)
        let (up, down) = (new / shared, old / shared)
        let scale = min(1, Double(up) / Double(down))
        guard outputs(up) <= mostTaps / (2 * half(scale)) else { return nil }
        return made(SIMD2(up, down)) { ResampleFilter(up: up, down: down, scale: scale) }
    }

    /// - Parameter scale: The passband relative to the Nyquist frequency of the input.
    init(up: Int, down: Int, scale: Double) {
        (self.up, self.down) = (up, down)
        let half = Self.half(scale)
        (width, reach) = (2 * half, half - 1)
        outputs = Self.outputs(up)
        inputs = outputs / up * down
        let rows = Self.rows(up: up, half: half, scale: scale)
        let (width, outputs, together) = (2 * half, outputs, Int(CK_FIR_ROWS))
        let blocks = stride(from: 0, to: outputs, by: together).map { $0..<min($0 + together, outputs) }
        let starts = blocks.map { $0.lowerBound * down / up }
        let lengths = zip(blocks, starts).map { ($0.upperBound - 1) * down / up - $1 + width }
        var taps = [Float](repeating: 0, count: lengths.reduce(0, +) * together)
        var block = 0
        taps.withUnsafeMutableBufferPointer { taps in
            for (i, range) in blocks.enumerated() {
                for row in range {
                    let from = row * down % up * width
                    var to = block + (row * down / up - starts[i]) * together + row - range.lowerBound
                    for k in from..<from + width {
                        taps[to] = rows[k]
                        to += together
                    }
                }
                block += lengths[i] * together
            }
        }
        self.taps = taps
        first = starts.map { Int32($0) }
        counts = lengths.map { Int32($0) }
    }

    private static func half(_ scale: Double) -> Int { Int((Double(zeros) / scale).rounded(.up)) }
    private static func outputs(_ up: Int) -> Int { up * max(1, 128 / up) }

    /// [up, 2 half]
    private static func rows(up: Int, half: Int, scale: Double) -> [Float] {
        var row = [Double](repeating: 0, count: 2 * half)
        return (0..<up).flatMap { place in
            let fraction = Double(place) / Double(up)
            for k in row.indices {
                row[k] = Prototype.shared.value(scale * (Double(k - half + 1) - fraction))
            }
            let sum = row.reduce(0, +)
            return row.map { Float($0 / sum) }
        }
    }

    /// Returns the first `count` outputs, with silence around the waveform; the first output is at sample `start`.
    func callAsFunction(_ waveform: [Float], count: Int, start: Int = 0) -> [Float] {
        let lanes = FrameBlocks.lanes
        let rounds = (count + outputs - 1) / outputs
        return [Float](unsafeUninitializedCapacity: rounds * outputs) { y, size in
            size = count
            guard let y = y.baseAddress else { return }
            waveform.withUnsafeBufferPointer { waveform in
                Parallel.elements((rounds + lanes - 1) / lanes, grain: 8) { groups in
                    let memory = Memory(self)
                    for group in groups {
                        let round = group * lanes
                        run(
                            waveform, from: start - reach + round * inputs, lanes: min(lanes, rounds - round),
                            memory, y + round * outputs)
                    }
                }
            }
        }
    }

    /// The buffers of one thread.
    private struct Memory {
        let stretch, inputs, outputs: LaneMemory

        init(_ filter: ResampleFilter) {
            let lanes = FrameBlocks.lanes
            stretch = LaneMemory(count: lanes * filter.inputs + filter.width)
            inputs = LaneMemory(count: lanes * (filter.inputs + filter.width))
            outputs = LaneMemory(count: lanes * filter.first.count * Int(CK_FIR_ROWS))
        }
    }

    /// Computes the outputs of some rounds, whose windows begin at the sample `from`.
    private func run(
        _ waveform: UnsafeBufferPointer<Float>, from: Int, lanes: Int, _ memory: Memory,
        _ y: UnsafeMutablePointer<Float>
    ) {
        let length = lanes * inputs + width
        let inside = (from..<from + length).clamped(to: waveform.indices)
        var x = UnsafePointer(memory.stretch.start)
        if inside.count == length, let base = waveform.baseAddress {
            x = base + from
        } else {
            memory.stretch.start.update(repeating: 0, count: length)
            if !inside.isEmpty, let base = waveform.baseAddress {
                (memory.stretch.start + inside.lowerBound - from).update(
                    from: base + inside.lowerBound, count: inside.count)
            }
        }
        ck_lanes_of_rows(x, inputs, lanes, inputs + width, memory.inputs.start)
        ck_resample_lanes(taps, first, counts, first.count, memory.inputs.start, memory.outputs.start)
        ck_rows_of_lanes(memory.outputs.start, outputs, lanes, y, outputs)
    }
}

/// The filter for a step of 1, finely sampled, so that sines and Bessel functions are computed once.
private struct Prototype: Sendable {
    static let shared = Prototype()

    private static let perCrossing = 512
    /// Values at -1, 0, 1 ... steps of 1 / perCrossing, with two more at the end.
    private let values: [Double]

    private init() {
        let last = ResampleFilter.zeros * Self.perCrossing
        values = (-1...last + 2).map { step in
            windowedSinc(
                Double(step) / Double(Self.perCrossing), cutoff: ResampleFilter.cutoff,
                half: Double(ResampleFilter.zeros), beta: ResampleFilter.beta)
        }
    }

    /// Returns the filter at `u` zero crossings of the sinc, by cubic interpolation of the four nearest samples.
    @inline(__always)
    func value(_ u: Double) -> Double {
        let place = abs(u) * Double(Self.perCrossing)
        guard place < Double(ResampleFilter.zeros * Self.perCrossing) else { return 0 }
        let i = Int(place)
        let t = place - Double(i)
        return values.withUnsafeBufferPointer { v in
            let (a, b, c, d) = (v[i], v[i + 1], v[i + 2], v[i + 3])
            let slope = c - a / 3 - b / 2 - d / 6
            let bend = (a + c) / 2 - b
            let twist = (d - a) / 6 + (b - c) / 2
            return b + t * (slope + t * (bend + t * twist))
        }
    }
}

/// A sinc with a cutoff relative to the Nyquist frequency, under a Kaiser window that ends `half` samples from its
/// center.
func windowedSinc(_ u: Double, cutoff: Double, half: Double, beta: Double) -> Double {
    let inside = max(0, 1 - (u / half) * (u / half))
    let angle = Double.pi * cutoff * u
    return bessel(beta * inside.squareRoot()) / bessel(beta) * (u == 0 ? 1 : sin(angle) / angle)
}

/// The modified Bessel function of order 0, computed by its series.
private func bessel(_ x: Double) -> Double {
    var (sum, term, k) = (1.0, 1.0, 1.0)
    while term > sum * 1e-17 {
        term *= (x / (2 * k)) * (x / (2 * k))
        sum += term
        k += 1
    }
    return sum
}

/// The greatest common divisor of two numbers, at least one of which is above 0.
func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
}
