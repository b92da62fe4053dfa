import Foundation
import GeMAPS
import Testing

/// Low-level descriptors against opensmile.
@Suite struct DescriptorTests {
    private static let pitch = 10

    @Test func fixturesAreThere() { #expect(ReferenceSignal.all.count == 10) }

    /// Loudness, alpha ratio, Hammarberg index, slopes, flux and MFCC: rounding only.
    @Test(arguments: ReferenceSignal.all) func spectralDescriptors(_ signal: ReferenceSignal) throws {
        let result = try EGeMAPS(sampleRate: signal.sampleRate).descriptors(signal.samples)
        #expect(result.frames == signal.descriptors.count / 25)
        // Reference magnitudes are Float: bins far below the loudest are uncertain, which only logarithms show.
        let tolerances = [1e-4, 2e-3, 5e-3, 1e-4, 1e-4, 1e-5, 2e-3, 2e-3, 2e-3, 2e-3]
        for (column, tolerance) in tolerances.enumerated() {
            let (ours, theirs) = (result.track(column), signal.track(column))
            let worst = zip(ours, theirs).map { abs(Double($0) - $1) / (1 + abs($1) * 0.1) }.max() ?? 0
            #expect(worst < tolerance, "\(EGeMAPS.descriptorNames[column]): \(worst)")
        }
    }

    @Test(arguments: ReferenceSignal.all) func pitchAndVoicing(_ signal: ReferenceSignal) throws {
        let result = try EGeMAPS(sampleRate: signal.sampleRate).descriptors(signal.samples)
        let (ours, theirs) = (result.track(Self.pitch).map { Double($0) }, signal.track(Self.pitch))
        let pairs = zip(ours, theirs)
        let agreeing = pairs.count { ($0 > 0) == ($1 > 0) }
        #expect(Double(agreeing) >= 0.96 * Double(ours.count), "voicing: \(agreeing) of \(ours.count)")
        let voiced = pairs.filter { $0 > 0 && $1 > 0 }
        let close = voiced.count { abs($0 - $1) < 0.02 }
        #expect(Double(close) >= 0.9 * Double(voiced.count), "F0: \(close) of \(voiced.count)")
    }

    /// Where F0 and its neighbors agree, the spectra of voiced frames do, too.
    @Test(arguments: ReferenceSignal.all.filter { $0.name.hasPrefix("a_") || $0.name.hasPrefix("i_") })
    func voiceQuality(_ signal: ReferenceSignal) throws {
        let result = try EGeMAPS(sampleRate: signal.sampleRate).descriptors(signal.samples)
        let (ours, theirs) = (result.track(Self.pitch).map { Double($0) }, signal.track(Self.pitch))
        let frames = (2..<result.frames - 2).filter { frame in
            (frame - 2...frame + 2).allSatisfy { ours[$0] > 0 && abs(ours[$0] - theirs[$0]) < 0.005 }
        }
        #expect(frames.count > 10)
        for (column, tolerance) in [(13, 0.08), (14, 0.02)] {
            let (a, b) = (result.track(column), signal.track(column))
            let errors = frames.map { abs(Double(a[$0]) - b[$0]) }.sorted()
            let high = errors[errors.count * 9 / 10]
            #expect(high < tolerance, "\(EGeMAPS.descriptorNames[column]): \(high)")
        }
    }

    /// Formants against the synthesizer: the reference smears them (see the README of the module).
    @Test(arguments: [(730.0, 1090.0, 2440.0), (300, 2250, 3000), (500, 1500, 2500)])
    func formantsOfVowels(_ vowel: (Double, Double, Double)) throws {
        // The resonance at 0 Hz is the fall of the glottal spectrum.
        let pulses = Synthetic.pulses(rate: 16000, count: 16000, periods: { _ in 16000 / 110 })
        var x = Synthetic.resonance(pulses, rate: 16000, frequency: 0, bandwidth: 200)
        for (frequency, bandwidth) in [
            (vowel.0, 80.0), (vowel.1, 100), (vowel.2, 140), (3500, 200), (4500, 250),
        ] {
            x = Synthetic.resonance(x, rate: 16000, frequency: frequency, bandwidth: bandwidth)
        }
        let result = try EGeMAPS(sampleRate: 16000).descriptors(Synthetic.scaled(x))
        for (column, truth) in [(16, vowel.0), (19, vowel.1), (22, vowel.2)] {
            let middle = result.track(column).sorted()[result.frames / 2]
            #expect(
                abs(Double(middle) - truth) < 0.08 * truth + 20,
                "\(EGeMAPS.descriptorNames[column]): \(middle)")
        }
    }

    /// Alternating periods and amplitudes have a known jitter and shimmer.
    @Test func jitterAndShimmer() throws {
        func measure(_ periods: @escaping (Int) -> Double, _ heights: @escaping (Int) -> Double) throws -> (
            Double, Double
        ) {
            let x = Synthetic.pulses(rate: 16000, count: 16000, periods: periods, heights: heights)
            let smooth = Synthetic.resonance(x, rate: 16000, frequency: 600, bandwidth: 300)
            let result = try EGeMAPS(sampleRate: 16000).descriptors(Synthetic.scaled(smooth))
            let middle = { (column: Int) in Double(result.track(column).sorted()[result.frames / 2]) }
            return (middle(11), middle(12))
        }
        let steady = try measure({ _ in 100 }, { _ in 1 })
        #expect(steady.0 < 1e-3 && steady.1 < 0.05)
        let jittered = try measure({ $0 % 2 == 0 ? 98 : 102 }, { _ in 1 })
        #expect(abs(jittered.0 - 0.04) < 0.006, "\(jittered)")
        let shimmered = try measure({ _ in 100 }, { $0 % 2 == 0 ? 1 : 0.9 })
        #expect(abs(shimmered.1 - 20 * log10(1 / 0.9)) < 0.15, "\(shimmered)")
    }
}
