import Foundation

/// Pitch candidates by subharmonic summation (Hermes 1988): peaks of the magnitude spectrum on a logarithmic frequency
/// axis, added to themselves at shifts of 15 harmonics, each weighted 0.85 times the one before.
struct SubharmonicSummation: Sendable {
    static let candidates = 6
    private static let harmonics = 15
    private static let compression = 0.85
    private static let lowest = 25.0

    let geometry: FrameGeometry
    private let step: Double
    private let shifts: [Int]
    /// For each logarithmic point its interval of the spline, the four factors, and the auditory weight.
    private let intervals: [Int]
    private let factors: [Double]
    /// The knots' distances and the factorization of the spline's equations.
    private let gaps, pivots: [Double]

    init(_ geometry: FrameGeometry) {
        self.geometry = geometry
        let (width, bins) = (geometry.binWidth, geometry.bins)
        let octaves = log2(width * Double(bins - 1) / Self.lowest)
        let step = octaves / Double(bins - 1)
        self.step = step
        shifts = (1...Self.harmonics).map { Int(log2(Double($0)) * Double(bins) / octaves + 1e-9) }
        let knots = (1..<bins).map { log2(Double($0) * width) }
        let gaps = zip(knots.dropFirst(), knots).map { $0 - $1 }
        var pivots = [Double](repeating: 1, count: knots.count)
        for i in 1..<knots.count - 1 {
            let above = i == 1 ? 0 : gaps[i - 1] * gaps[i - 1] / pivots[i - 1]
            pivots[i] = 2 * (gaps[i - 1] + gaps[i]) - above
        }
        (self.gaps, self.pivots) = (gaps, pivots)
        var intervals: [Int] = []
        var factors: [Double] = []
        var interval = 0
        for i in 0..<bins {
            let place = log2(Self.lowest) + step * Double(i)
            while interval < gaps.count - 1, place > knots[interval + 1] { interval += 1 }
            let gap = gaps[interval]
            let b = (place - knots[interval]) / gap
            let a = 1 - b
            let weight = 0.5 + atan(3 * (place - 5)) / Double.pi
            intervals.append(interval)
            factors += [a, b, (a * a * a - a) * gap * gap / 6, (b * b * b - b) * gap * gap / 6].map {
                $0 * weight
            }
        }
        (self.intervals, self.factors) = (intervals, factors)
    }

    /// The buffers of one thread.
    struct Workspace {
        fileprivate var magnitudes, smooth, curvature, spectrum, sums: [Double]
        fileprivate var keep: [Bool]

        init(_ summation: SubharmonicSummation) {
            let zeros = [Double](repeating: 0, count: summation.geometry.bins)
            (magnitudes, smooth, curvature, spectrum, sums) = (zeros, zeros, zeros, zeros, zeros)
            keep = [Bool](repeating: false, count: zeros.count)
        }
    }

    /// Writes the frequencies and voicing probabilities of the six highest peaks; missing ones are 0.
    func find(
        _ powers: UnsafePointer<Double>, stride: Int, _ work: inout Workspace,
        frequencies: UnsafeMutablePointer<Double>, voicing: UnsafeMutablePointer<Double>
    ) {
        frequencies.update(repeating: 0, count: Self.candidates)
        voicing.update(repeating: 0, count: Self.candidates)
        for bin in 0..<geometry.bins { work.magnitudes[bin] = powers[bin * stride].squareRoot() }
        guard enhance(&work) else { return }
        spline(&work)
        sum(&work)
        pick(work.sums, frequencies, voicing)
    }

    /// Keeps two bins around each maximum and everything outside the first and the last, and smooths the result.
    private func enhance(_ work: inout Workspace) -> Bool {
        let bins = geometry.bins
        work.keep.withUnsafeMutableBufferPointer { keep in
            work.magnitudes.withUnsafeBufferPointer { x in
                keep.update(repeating: false)
                var (first, last) = (-1, -1)
                for i in 0..<bins - 1 where x[i] >= x[i + 1] && (i > 0 ? x[i] > x[i - 1] : x[0] > x[1]) {
                    for k in max(i - 2, 0)...min(i + 2, bins - 1) { keep[k] = true }
                    if first < 0 { first = i }
                    last = i
                }
                guard first >= 0 else { return }
                for k in 0..<first { keep[k] = true }
                for k in last..<bins { keep[k] = true }
            }
        }
        var any = false
        work.magnitudes.withUnsafeMutableBufferPointer { x in
            for i in 0..<bins {
                if !work.keep[i] { x[i] = 0 } else if x[i] > 0 { any = true }
            }
            work.smooth.withUnsafeMutableBufferPointer { y in
                (y[0], y[bins - 1]) = (x[0], x[bins - 1])
                for i in 1..<bins - 1 { y[i] = 0.25 * x[i - 1] + 0.5 * x[i] + 0.25 * x[i + 1] }
            }
        }
        return any
    }

    /// The second derivatives of the natural cubic spline through the bins above 0 Hz, and its values.
    private func spline(_ work: inout Workspace) {
        let knots = geometry.bins - 1
        work.curvature.withUnsafeMutableBufferPointer { m in
            work.smooth.withUnsafeBufferPointer { y in
                gaps.withUnsafeBufferPointer { gaps in
                    pivots.withUnsafeBufferPointer { pivots in
                        m[0] = 0
                        m[knots - 1] = 0
                        var slope = (y[2] - y[1]) / gaps[0]
                        for i in 1..<knots - 1 {
                            let next = (y[i + 2] - y[i + 1]) / gaps[i]
                            let right = 6 * (next - slope)
                            m[i] = i == 1 ? right : right - gaps[i - 1] * m[i - 1] / pivots[i - 1]
                            slope = next
                        }
                        for i in Swift.stride(from: knots - 2, through: 1, by: -1) {
                            m[i] = (m[i] - gaps[i] * m[i + 1]) / pivots[i]
                        }
                    }
                }
                work.spectrum.withUnsafeMutableBufferPointer { result in
                    factors.withUnsafeBufferPointer { factors in
                        intervals.withUnsafeBufferPointer { intervals in
                            for i in 0..<result.count {
                                let k = intervals[i]
                                result[i] =
                                    factors[4 * i] * y[k + 1] + factors[4 * i + 1] * y[k + 2]
                                    + factors[4 * i + 2] * m[k] + factors[4 * i + 3] * m[k + 1]
                            }
                        }
                    }
                }
            }
        }
    }

    private func sum(_ work: inout Workspace) {
        work.sums.withUnsafeMutableBufferPointer { sums in
            work.spectrum.withUnsafeBufferPointer { spectrum in
                var weight = 1.0
                sums.update(repeating: 0)
                for shift in shifts where shift < sums.count {
                    for i in 0..<sums.count - shift { sums[i] += weight * spectrum[i + shift] }
                    weight *= Self.compression
                }
            }
        }
    }

    /// The voicing probability is 1 minus the mean of the sums over the interpolated peak.
    private func pick(
        _ sums: [Double], _ frequencies: UnsafeMutablePointer<Double>, _ voicing: UnsafeMutablePointer<Double>
    ) {
        let last = Self.candidates - 1
        var heights = [Double](repeating: 0, count: Self.candidates)
        let mean = sums.reduce(0, +) / Double(sums.count)
        for i in 1..<sums.count - 1 where sums[i] > sums[i - 1] && sums[i] > sums[i + 1] {
            let (a, b, c) = (sums[i - 1], sums[i], sums[i + 1])
            let offset = 0.5 * (a - c) / (a - 2 * b + c)
            let height = b - 0.25 * (a - c) * offset
            guard height > heights[last] else { continue }
            var place = last
            while place > 0, height > heights[place - 1] {
                heights[place] = heights[place - 1]
                frequencies[place] = frequencies[place - 1]
                voicing[place] = voicing[place - 1]
                place -= 1
            }
            heights[place] = height
            frequencies[place] = Self.lowest * exp2((Double(i) + offset) * step)
            voicing[place] = 1 - mean / height
        }
    }
}
