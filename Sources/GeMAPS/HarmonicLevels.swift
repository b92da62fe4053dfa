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
        let end = Double(geometry.bins - 3) * geometry.binWidth
        let highest = min((formants.max() ?? 0) * 1.5 / frequency + 2, end / frequency)
        var harmonics = (1...max(Int(highest), 3)).map {
            harmonic(powers, Double($0) * frequency, spacing: frequency)
        }
        let (first, second) = (harmonics[1].level, harmonics[2].level)
        // The level of F0 is not interpolated.
        let fundamental = decibels(
            magnitude(powers, near(powers, frequency, spacing: frequency)))
        harmonics[0].level = fundamental
        let limit = VoiceDescriptors.noAmplitude
        let amplitudes = formants.map { formant -> Double in
            guard formant > 0 else { return limit }
            let inRange = harmonics.filter { abs($0.frequency - formant) <= 0.2 * formant }
            if let strongest = inRange.map(\.level).max() { return strongest }
            let nearest = harmonics.min { abs($0.frequency - formant) < abs($1.frequency - formant) }
            return nearest?.level ?? limit
        }
        return Result(
            firstToSecond: first - second,
            firstToThirdFormant: amplitudes[2] == limit ? 0 : first - amplitudes[2],
            formants: amplitudes.map { $0 == limit ? limit : max($0 - fundamental, limit) })
    }

    private func decibels(_ magnitude: Double) -> Double { 20 * log10(max(magnitude, 1e-7)) }

    private func magnitude(_ powers: UnsafePointer<Double>, _ bin: Int) -> Double {
        powers[bin * PowerSpectra.lanes].squareRoot()
    }

    /// The local maximum nearest to a frequency, the higher one of two; the bin itself without a maximum within half a
    /// harmonic.
    private func near(_ powers: UnsafePointer<Double>, _ frequency: Double, spacing: Double) -> Int {
        let lanes = PowerSpectra.lanes
        let middle = min(max(Int((frequency / geometry.binWidth).rounded()), 1), geometry.bins - 2)
        for distance in 0...Int(0.5 * spacing / geometry.binWidth) {
            for bin in [middle + distance, middle - distance] where bin >= 1 && bin < geometry.bins - 1 {
                let power = powers[bin * lanes]
                if power > powers[(bin - 1) * lanes], power > powers[(bin + 1) * lanes] { return bin }
            }
        }
        return middle
    }

    /// The frequency and level of the peak near a harmonic, interpolated by a parabola.
    private func harmonic(
        _ powers: UnsafePointer<Double>, _ frequency: Double, spacing: Double
    ) -> (frequency: Double, level: Double) {
        let bin = near(powers, frequency, spacing: spacing)
        let (a, b, c) = (magnitude(powers, bin - 1), magnitude(powers, bin), magnitude(powers, bin + 1))
        let curvature = a - 2 * b + c
        guard curvature < 0 else { return (Double(bin) * geometry.binWidth, decibels(b)) }
        let offset = 0.5 * (a - c) / curvature
        let isPeak = b >= a && b >= c
        return (
            (Double(bin) + offset) * geometry.binWidth,
            decibels(isPeak ? b - 0.25 * (a - c) * offset : b)
        )
    }
}
