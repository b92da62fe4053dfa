import Foundation

/// Formants by linear prediction at 11 kHz.
///
/// The reference resamples a frame in the frequency domain, but keeps only the first 110 bins and the first 20 ms, and
/// searches the roots of 1 - a_1 / z - ... instead of 1 + a_1 / z + ..., where a_k are the coefficients of the
/// prediction error filter. The results are therefore not resonances. All is done here as there, in Float where rounding
/// matters: the band above the last bin is empty, so that the equations are ill-conditioned.
struct LinearPrediction: Sendable {
    private static let order = 11
    private static let rate = 11000.0
    private static let length = 220
    private static let bins = 110

    /// [bins, length]
    private let cosines, sines: [Float]
    /// The turn of each bin that moves the frame into the middle of the transform.
    private let turns: [(real: Double, imaginary: Double)]
    private let scale: Float

    init(_ geometry: FrameGeometry) {
        let (size, length) = (Double(geometry.transform), Double(Self.length))
        let period = size * length / Double(geometry.length)
        let angles = (0..<Self.bins * Self.length).map { i in
            2 * Double.pi * Double(i / Self.length) * Double(i % Self.length) / period
        }
        cosines = angles.map { Float(cos($0)) }
        sines = angles.map { Float(sin($0)) }
        let offset = Double((geometry.transform - geometry.length) / 2)
        turns = (0..<Self.bins).map { bin in
            let angle = 2 * Double.pi * Double(bin) * offset / size
            return (cos(angle), -sin(angle))
        }
        scale = Float(2 / size)
    }

    /// The buffers of one thread.
    struct Workspace {
        fileprivate var samples = [Float](repeating: 0, count: LinearPrediction.length)
    }

    /// The frequency and bandwidth of the first three formants; zeros for a silent frame.
    func formants(_ spectrum: UnsafePointer<Double>, stride: Int, _ work: inout Workspace) -> [Double] {
        var found = [Double](repeating: 0, count: 6)
        resample(spectrum, stride, into: &work.samples)
        guard let filter = Self.errorFilter(Self.autocorrelation(work.samples)) else { return found }
        let polynomial = [1] + filter.dropFirst().map { -Double($0) }
        var poles: [(frequency: Double, bandwidth: Double)] = []
        for pole in PolynomialRoots.roots(of: polynomial) where pole.imaginary > 0 {
            let size = hypot(pole.real, pole.imaginary)
            let frequency = atan2(pole.imaginary, pole.real) * Self.rate / (2 * Double.pi)
            // Roots outside the unit circle count as if they were inside.
            let bandwidth = abs(log(max(size, 1e-12))) * Self.rate / Double.pi
            if frequency > 50, frequency < Self.rate / 2 - 50, bandwidth.isFinite {
                poles.append((frequency, bandwidth))
            }
        }
        poles.sort { $0.frequency < $1.frequency }
        for (i, pole) in poles.prefix(3).enumerated() {
            found[2 * i] = pole.frequency
            found[2 * i + 1] = pole.bandwidth
        }
        return found
    }

    private func resample(_ spectrum: UnsafePointer<Double>, _ stride: Int, into samples: inout [Float]) {
        samples.withUnsafeMutableBufferPointer { samples in
            samples.update(repeating: Float(spectrum[0]))
            cosines.withUnsafeBufferPointer { cosines in
                sines.withUnsafeBufferPointer { sines in
                    for bin in 1..<Self.bins {
                        let (a, b) = (spectrum[2 * bin * stride], spectrum[(2 * bin + 1) * stride])
                        let turn = turns[bin]
                        let real = Float(a * turn.real - b * turn.imaginary)
                        let imaginary = Float(a * turn.imaginary + b * turn.real)
                        let row = bin * Self.length
                        for i in 0..<Self.length {
                            let sum = samples[i] + real * cosines[row + i]
                            samples[i] = sum - imaginary * sines[row + i]
                        }
                    }
                }
            }
            for i in 0..<Self.length { samples[i] *= scale }
        }
    }

    /// Sums in the order of time: another order changes the formants.
    private static func autocorrelation(_ samples: [Float]) -> [Float] {
        (0...order).map { lag in
            var sum: Float = 0
            for i in lag..<length { sum += samples[i] * samples[i - lag] }
            return sum
        }
    }

    /// The coefficients of 1 + sum of a_k z^-k (Levinson and Durbin), or nil for silence.
    private static func errorFilter(_ correlation: [Float]) -> [Float]? {
        var error = correlation[0]
        guard error > 0 else { return nil }
        var filter: [Float] = [1] + [Float](repeating: 0, count: order)
        for i in 1...order {
            var sum = correlation[i]
            for k in 1..<i { sum += filter[k] * correlation[i - k] }
            let reflection = -sum * (1 / error)
            let before = filter
            for k in 1..<i { filter[k] = before[k] + reflection * before[i - k] }
            filter[i] = reflection
            error *= 1 - reflection * reflection
        }
        return filter.allSatisfy(\.isFinite) ? filter : nil
    }
}

/// All roots of a polynomial at once (Aberth 1973).
enum PolynomialRoots {
    struct Complex: Sendable {
        var real, imaginary: Double
    }

    /// The roots of c[0] z^n + c[1] z^(n-1) + ... with c[0] = 1.
    static func roots(of coefficients: [Double]) -> [Complex] {
        let degree = coefficients.count - 1
        guard degree > 0 else { return [] }
        var roots = (0..<degree).map { i in
            let angle = 2 * Double.pi * Double(i) / Double(degree) + 0.4
            return Complex(real: 0.9 * cos(angle), imaginary: 0.9 * sin(angle))
        }
        for _ in 0..<60 {
            var largest = 0.0
            for i in 0..<degree {
                let z = roots[i]
                var (value, slope) = (Complex(real: 1, imaginary: 0), Complex(real: 0, imaginary: 0))
                for coefficient in coefficients.dropFirst() {
                    slope = slope * z + value
                    value = value * z
                    value.real += coefficient
                }
                var repulsion = Complex(real: 0, imaginary: 0)
                for j in 0..<degree where j != i {
                    let gap = z - roots[j]
                    let square = max(gap.real * gap.real + gap.imaginary * gap.imaginary, 1e-300)
                    repulsion.real += gap.real / square
                    repulsion.imaginary -= gap.imaginary / square
                }
                let denominator = slope - value * repulsion
                let square =
                    denominator.real * denominator.real + denominator.imaginary * denominator.imaginary
                guard square > 1e-300 else { continue }
                let step = Complex(
                    real: (value.real * denominator.real + value.imaginary * denominator.imaginary) / square,
                    imaginary: (value.imaginary * denominator.real - value.real * denominator.imaginary)
                        / square)
                roots[i] = z - step
                largest = max(largest, abs(step.real) + abs(step.imaginary))
            }
            if largest < 1e-12 { break }
        }
        return roots
    }
}

extension PolynomialRoots.Complex {
    static func - (a: Self, b: Self) -> Self {
        Self(real: a.real - b.real, imaginary: a.imaginary - b.imaginary)
    }
    static func + (a: Self, b: Self) -> Self {
        Self(real: a.real + b.real, imaginary: a.imaginary + b.imaginary)
    }
    static func * (a: Self, b: Self) -> Self {
        Self(
            real: a.real * b.real - a.imaginary * b.imaginary,
            imaginary: a.real * b.imaginary + a.imaginary * b.real)
    }
}
