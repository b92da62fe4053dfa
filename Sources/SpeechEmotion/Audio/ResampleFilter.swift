import Foundation
import Synchronization

/// The taps of a resampler, one row for each place of an output between two inputs.
///
/// The filter is a sinc of 64 zero crossings on either side under a Kaiser window (beta 9) that cuts off at 0.945 of
/// the lower Nyquist frequency. Each row adds up to 1, so that a constant stays what it is.
struct ResampleFilter: Sendable {
    /// How positions fall between the inputs.
    enum Steps: Hashable, Sendable {
        /// `up` places; two outputs are `down` of them apart.
        case rows(up: Int, down: Int)
        /// Any place; two outputs are so many inputs apart. Rows stand for a grid of places.
        case between(step: Double)
    }

    let steps: Steps
    /// The number of places that have a row; `between` has one more row than that.
    let phases: Int
    /// Taps in a row; a multiple of 16.
    let width: Int
    /// How many inputs before the place of an output its window begins.
    let reach: Int
    /// [rows, width]
    let taps: [Float]

    static let zeros = 64
    static let beta = 9.0
    static let cutoff = 0.945
    /// Tables of more taps than this are replaced by one with a grid of places.
    static let mostTaps = 1 << 20

    /// The filter from one rate to another; the same one is made only once.
    static func from(_ old: Int, to new: Int) -> ResampleFilter {
        let shared = greatestCommonDivisor(old, new)
        let (up, down) = (new / shared, old / shared)
        let isSmall = up <= mostTaps / width(scale: min(1, Double(new) / Double(old)))
        return stored(
            isSmall ? .rows(up: up, down: down) : .between(step: Double(old) / Double(new)))
    }

    /// The filter for outputs that are `step` inputs apart.
    static func between(step: Double) -> ResampleFilter {
        // What makes more samples has the same taps whatever the step, and is worth keeping.
        guard step <= 1 else { return ResampleFilter(.between(step: step)) }
        let taps = stored(.between(step: 1))
        return ResampleFilter(.between(step: step), like: taps)
    }

    private static let made = Mutex<[Steps: ResampleFilter]>([:])
    private static let mostKept = 32

    private static func stored(_ steps: Steps) -> ResampleFilter {
        if let filter = made.withLock({ $0[steps] }) { return filter }
        let filter = ResampleFilter(steps)
        made.withLock { kept in
            if kept.count >= mostKept { kept.removeAll() }
            kept[steps] = filter
        }
        return filter
    }

    private init(_ steps: Steps, like other: ResampleFilter) {
        self.steps = steps
        (phases, width, reach, taps) = (other.phases, other.width, other.reach, other.taps)
    }

    private init(_ steps: Steps) {
        let scale: Double
        switch steps {
        case .rows(let up, let down):
            scale = min(1, Double(up) / Double(down))
            phases = up
        case .between(let step):
            scale = min(1, 1 / step)
            // 256 places between two inputs keep the error of a line between them below -100 dB; where the filter
            // is stretched, its taps change as much more slowly.
            phases = max(2, 256 >> Int(max(0, -log2(scale)).rounded(.down)))
        }
        self.steps = steps
        width = Self.width(scale: scale)
        reach = Self.half(scale: scale) - 1
        let isGrid = if case .between = steps { true } else { false }
        let rows = isGrid ? phases + 1 : phases
        let (width, reach, phases) = (width, reach, phases)
        taps = [Float](unsafeUninitializedCapacity: rows * width) { taps, count in
            var row = [Double](repeating: 0, count: width)
            for r in 0..<rows {
                let fraction = Double(r) / Double(phases)
                var sum = 0.0
                for k in 0..<width {
                    row[k] = Prototype.shared.value(scale * (Double(k - reach) - fraction))
                    sum += row[k]
                }
                for k in 0..<width { taps[r * width + k] = Float(row[k] / sum) }
            }
            count = rows * width
        }
    }

    private static func half(scale: Double) -> Int { Int((Double(zeros) / scale).rounded(.up)) }
    private static func width(scale: Double) -> Int { (2 * half(scale: scale) + 15) / 16 * 16 }
}

/// The filter for a step of 1, finely sampled: sines and Bessel functions are computed once.
private struct Prototype: Sendable {
    static let shared = Prototype()

    private static let perCrossing = 512
    /// Values at -1, 0, 1 ... steps of 1 / perCrossing, with two more at the end.
    private let values: [Double]

    private init() {
        let last = ResampleFilter.zeros * Self.perCrossing
        let norm = Self.bessel(ResampleFilter.beta)
        values = (-1...last + 2).map { step in
            let u = Double(step) / Double(Self.perCrossing)
            let inside = max(0, 1 - (u / Double(ResampleFilter.zeros)) * (u / Double(ResampleFilter.zeros)))
            let window = Self.bessel(ResampleFilter.beta * inside.squareRoot()) / norm
            let angle = Double.pi * ResampleFilter.cutoff * u
            return window * (step == 0 ? 1 : sin(angle) / angle)
        }
    }

    /// The filter at `u` zero crossings of a sinc without cut-off; by a cubic through the four nearest samples.
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

    /// The modified Bessel function of order 0, by its series.
    private static func bessel(_ x: Double) -> Double {
        var (sum, term, k) = (1.0, 1.0, 1.0)
        while term > sum * 1e-17 {
            term *= (x / (2 * k)) * (x / (2 * k))
            sum += term
            k += 1
        }
        return sum
    }
}

/// The greatest number that divides both; at least one of them above 0.
func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
}
