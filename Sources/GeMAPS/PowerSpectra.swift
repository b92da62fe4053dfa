import CKernels
import Foundation

/// The power spectra of sixteen windowed frames at a time. Not thread-safe.
final class PowerSpectra {
    /// The tables of a transform of a power of two.
    struct Tables: Sendable {
        fileprivate struct Pass: Sendable {
            let radix, length, repeats: Int
            let twiddles: [Double]
        }
        let window: [Double]
        fileprivate let size: Int
        fileprivate let passes: [Pass]
        fileprivate let twiddles: [Double]

        init(window: [Double], size: Int) {
            self.window = window
            self.size = size
            let half = size / 2
            var passes: [Pass] = []
            var length = half
            while length > 1 {
                let radix = length % 4 == 0 ? 4 : 2
                length /= radix
                let (parts, count) = (length, radix * length)
                passes.append(
                    Pass(
                        radix: radix, length: length, repeats: half / count,
                        twiddles: (0..<parts).flatMap { p in
                            (1..<radix).flatMap { Self.turn(p * $0, of: count) }
                        }))
            }
            self.passes = passes
            twiddles = (0...half).flatMap { Self.turn($0, of: size) }
        }

        private static func turn(_ k: Int, of n: Int) -> [Double] {
            let angle = 2 * Double.pi * Double(k) / Double(n)
            return [cos(angle), -sin(angle)]
        }
    }

    static let lanes = Int(CK_LANES)
    let bins: Int
    private let tables: Tables
    private let memory: UnsafeMutablePointer<Double>
    private var x, y: UnsafeMutablePointer<Double>
    private let powers: UnsafeMutablePointer<Double>

    init(_ tables: Tables) {
        self.tables = tables
        bins = tables.size / 2 + 1
        let buffer = (tables.size + 2) * Self.lanes
        memory = .allocate(capacity: 2 * buffer + bins * Self.lanes)
        memory.initialize(repeating: 0, count: 2 * buffer + bins * Self.lanes)
        (x, y, powers) = (memory, memory + buffer, memory + 2 * buffer)
    }

    deinit { memory.deallocate() }

    /// Transforms the frames that start at `starts` (at most sixteen). The power of bin k of frame l is
    /// `result[k * lanes + l]`; it is valid until the next call.
    func callAsFunction(_ samples: UnsafePointer<Double>, starts: some Collection<Int>) -> UnsafePointer<
        Double
    > {
        let lanes = Self.lanes
        let length = tables.window.count
        tables.window.withUnsafeBufferPointer { window in
            for (lane, start) in starts.enumerated() {
                let frame = samples + start
                for i in 0..<length { x[i * lanes + lane] = frame[i] * window[i] }
            }
        }
        (x + length * lanes).update(repeating: 0, count: (tables.size - length) * lanes)
        for pass in tables.passes {
            ck_fft_pass(pass.radix, x, y, pass.twiddles, pass.length, pass.repeats)
            swap(&x, &y)
        }
        ck_real_powers(x, tables.twiddles, tables.size / 2, powers)
        return UnsafePointer(powers)
    }

    /// The complex spectra of the frames of the last call: the real part of bin k of frame l is
    /// `result[2 * k * lanes + l]`, the imaginary part follows after `lanes`. Valid until the next call.
    func complex() -> UnsafePointer<Double> {
        ck_real_bins(x, tables.twiddles, tables.size / 2, y)
        return UnsafePointer(y)
    }
}

/// Window functions, symmetric.
enum FrameWindow {
    static func hamming(_ length: Int) -> [Double] {
        (0..<length).map { 0.54 - 0.46 * cos(2 * Double.pi * Double($0) / Double(max(length - 1, 1))) }
    }

    /// A Gaussian whose standard deviation is 0.4 of half the length.
    static func gaussian(_ length: Int) -> [Double] {
        let half = Double(length - 1) / 2
        return (0..<length).map { i in
            let deviations = (Double(i) - half) / (0.4 * half)
            return exp(-0.5 * deviations * deviations)
        }
    }
}
