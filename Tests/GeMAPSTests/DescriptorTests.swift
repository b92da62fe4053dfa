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

    /// Formants: the reference computes in Float, and the equations are ill-conditioned where its band ends far below
    /// half the sample rate of 11 kHz, at 8 and 16 kHz.
    @Test(arguments: ReferenceSignal.all) func formants(_ signal: ReferenceSignal) throws {
        let result = try EGeMAPS(sampleRate: signal.sampleRate).descriptors(signal.samples)
        let isNarrow = [8000, 16000].contains(signal.sampleRate)
        let factor = signal.name == "i_8000" ? 12.0 : isNarrow ? 2 : 0.1
        for (column, tolerance) in [(16, 1.0), (17, 3), (19, 1), (20, 3), (22, 1), (23, 3)] {
            let (ours, theirs) = (result.track(column), signal.track(column))
            let errors = zip(ours, theirs).map { abs(Double($0) - $1) }.sorted()
            let median = errors[errors.count / 2]
            #expect(median < tolerance * factor, "\(EGeMAPS.descriptorNames[column]): \(median)")
        }
    }

    /// Jitter and shimmer where F0 and its neighbors agree.
    @Test(arguments: ReferenceSignal.all.filter { $0.name.hasPrefix("a_") || $0.name.hasPrefix("i_") })
    func jitterAndShimmer(_ signal: ReferenceSignal) throws {
        let result = try EGeMAPS(sampleRate: signal.sampleRate).descriptors(signal.samples)
        let (ours, theirs) = (result.track(Self.pitch).map { Double($0) }, signal.track(Self.pitch))
        let frames = (0..<result.frames).filter { ours[$0] > 0 && abs(ours[$0] - theirs[$0]) < 0.005 }
        for (column, tolerance) in [(11, 1e-5), (12, 1e-3)] {
            let (a, b) = (result.track(column), signal.track(column))
            let errors = frames.map { abs(Double(a[$0]) - b[$0]) }.sorted()
            let high = errors[errors.count * 3 / 4]
            #expect(high < tolerance, "\(EGeMAPS.descriptorNames[column]): \(high)")
        }
    }

    /// Alternating periods and amplitudes have a known jitter and shimmer.
    @Test func jitterAndShimmerOfPulses() throws {
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
