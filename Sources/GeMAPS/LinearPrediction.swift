import Foundation

/// Formants by linear prediction: the spectrum up to 5500 Hz with pre-emphasis gives the autocorrelation (Wiener and
/// Khinchin), the Levinson-Durbin recursion the predictor, and its roots the frequencies and bandwidths.
struct LinearPrediction: Sendable {
    static let order = 12
    private let rate: Double
    private let bins: Int
    /// [bins, order + 1]
    private let cosines: [Double]

    init(_ geometry: FrameGeometry, sampleRate: Int) {
        let rate = min(11000, Double(sampleRate))
        let count = min(Int(rate / 2 / geometry.binWidth) + 1, geometry.bins)
        (self.rate, bins) = (rate, count)
        cosines = (0..<count).flatMap { bin in
            let angle = 2 * Double.pi * Double(bin) * geometry.binWidth / rate
            let emphasis = 1 + 0.9 * 0.9 - 2 * 0.9 * cos(angle)
            return (0...Self.order).map { emphasis * (bin == 0 ? 0.5 : 1) * cos(angle * Double($0)) }
        }
    }

    /// The frequency and bandwidth of the first three formants; zeros for a silent frame.
    func formants(_ powers: UnsafePointer<Double>, stride: Int) -> [Double] {
        let terms = Self.order + 1
        var correlation = [Double](repeating: 0, count: terms)
        for bin in 0..<bins {
            let power = powers[bin * stride]
            for lag in 0..<terms { correlation[lag] += power * cosines[bin * terms + lag] }
        }
        var found = [Double](repeating: 0, count: 6)
        guard let polynomial = Self.predictor(correlation) else { return found }
        var poles: [(frequency: Double, bandwidth: Double)] = []
        for pole in PolynomialRoots.roots(of: polynomial) where pole.imaginary > 0 {
            let size = hypot(pole.real, pole.imaginary)
            let frequency = atan2(pole.imaginary, pole.real) * rate / (2 * Double.pi)
            let bandwidth = -log(max(size, 1e-12)) * rate / Double.pi
            if frequency > 50, frequency < rate / 2 - 50, bandwidth.isFinite {
                poles.append((frequency, bandwidth))
            }
        }
        poles.sort { $0.frequency < $1.frequency }
        for (i, pole) in poles.prefix(3).enumerated() {
            found[2 * i] = pole.frequency
            found[2 * i + 1] = max(pole.bandwidth, 0)
        }
        return found
    }

    /// The coefficients of 1 - sum of a_k z^-k, or nil for silence.
    private static func predictor(_ correlation: [Double]) -> [Double]? {
        var error = correlation[0] * (1 + 1e-9)
        guard error > 1e-14 else { return nil }
        var polynomial = [1.0] + [Double](repeating: 0, count: order)
        for i in 1...order {
            var sum = correlation[i]
            for k in 1..<i { sum += polynomial[k] * correlation[i - k] }
            let reflection = -sum / error
            let before = polynomial
            for k in 1..<i { polynomial[k] = before[k] + reflection * before[i - k] }
            polynomial[i] = reflection
            error *= 1 - reflection * reflection
            guard error > 0 else { return nil }
        }
        return polynomial
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
