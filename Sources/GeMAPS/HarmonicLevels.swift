import Foundation

/// The levels of harmonics in the spectrum of a 60 ms frame, and the harmonics-to-noise ratio.
struct HarmonicLevels: Sendable {
    let geometry: FrameGeometry
    private let cosines: [Double]

    struct Result {
        var firstToSecond, firstToThirdFormant: Double
        var formants: [Double]
    }

    init(_ geometry: FrameGeometry) {
        self.geometry = geometry
        cosines = (0..<geometry.transform).map {
            cos(2 * Double.pi * Double($0) / Double(geometry.transform))
        }
    }

    /// The autocorrelation at the period against the rest of the energy, in dB (Boersma 1993, without the correction
    /// for the window).
    func toNoise(_ powers: UnsafePointer<Double>, period: Double) -> Double {
        let lag = Int(period.rounded())
        let (size, last) = (geometry.transform, geometry.bins - 1)
        let lanes = PowerSpectra.lanes
        var (energy, periodic) = (0.0, 0.0)
        for bin in 1..<last {
            energy += powers[bin * lanes]
            periodic += powers[bin * lanes] * cosines[bin * lag & (size - 1)]
        }
        let (first, end) = (powers[0], powers[last * lanes])
        energy = 2 * energy + first + end
        periodic = 2 * periodic + first + end * cosines[last * lag & (size - 1)]
        guard energy > 0 else { return 0 }
        let part = min(max(periodic / energy, 1e-10), 1 - 1e-10)
        return 10 * log10(part / (1 - part))
    }

    /// "H1" and "H2" are the second and third harmonic: the reference counts F0 as harmonic 0. The level of a formant is
    /// that of the strongest harmonic within 20% of its frequency, or the nearest one.
    func levels(_ powers: UnsafePointer<Double>, _ frequency: Double, _ formants: [Double]) -> Result {
        let fundamental = decibels(magnitude(powers, near(powers, frequency)))
        let first = decibels(level(powers, 2 * frequency))
        let amplitudes = formants.map { formant -> Double in
            guard formant > 0 else { return VoiceDescriptors.noAmplitude }
            let low = max(Int((0.8 * formant / frequency).rounded(.up)), 1)
            let high = Int(1.2 * formant / frequency)
            let nearest = max(Int((formant / frequency).rounded()), 1)
            let range = low <= high ? low...high : nearest...nearest
            return range.reduce(-Double.infinity) { max($0, decibels(level(powers, Double($1) * frequency))) }
        }
        let limit = VoiceDescriptors.noAmplitude
        return Result(
            firstToSecond: first - decibels(level(powers, 3 * frequency)),
            firstToThirdFormant: amplitudes[2] == limit ? 0 : first - amplitudes[2],
            formants: amplitudes.map { $0 == limit ? limit : max($0 - fundamental, limit) })
    }

    private func decibels(_ magnitude: Double) -> Double { 20 * log10(max(magnitude, 1e-7)) }

    private func magnitude(_ powers: UnsafePointer<Double>, _ bin: Int) -> Double {
        powers[bin * PowerSpectra.lanes].squareRoot()
    }

    /// The largest of the three bins around a frequency.
    private func near(_ powers: UnsafePointer<Double>, _ frequency: Double) -> Int {
        let lanes = PowerSpectra.lanes
        let middle = min(max(Int((frequency / geometry.binWidth).rounded()), 1), geometry.bins - 2)
        var best = middle - 1
        for bin in middle...middle + 1 where powers[bin * lanes] > powers[best * lanes] { best = bin }
        return min(max(best, 1), geometry.bins - 2)
    }

    /// The magnitude of the peak near a frequency, interpolated by a parabola.
    private func level(_ powers: UnsafePointer<Double>, _ frequency: Double) -> Double {
        let bin = near(powers, frequency)
        let (a, b, c) = (magnitude(powers, bin - 1), magnitude(powers, bin), magnitude(powers, bin + 1))
        let curvature = a - 2 * b + c
        guard curvature < 0, b >= a, b >= c else { return b }
        let offset = 0.5 * (a - c) / curvature
        return b - 0.25 * (a - c) * offset
    }
}
