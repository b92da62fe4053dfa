import Autograd
import Foundation
import GeMAPS
import Testing

/// The 88 functionals against opensmile, their determinism, and damaged input.
@Suite(.serialized) struct FunctionalTests {
    private func place(_ name: String) throws -> Int {
        try #require(EGeMAPS.functionalNames.firstIndex(of: name))
    }

    @Test func names() {
        #expect(EGeMAPS.functionalNames.count == 88 && Set(EGeMAPS.functionalNames).count == 88)
        #expect(EGeMAPS.descriptorNames.count == 25 && Set(EGeMAPS.descriptorNames).count == 25)
    }

    /// Functionals of tracks that do not depend on voicing.
    @Test(arguments: ReferenceSignal.all) func withoutVoicing(_ signal: ReferenceSignal) throws {
        let ours = try EGeMAPS(sampleRate: signal.sampleRate).functionals(signal.samples)
        #expect(ours.count == 88)
        let exact = EGeMAPS.functionalNames.indices.filter { i in
            let name = EGeMAPS.functionalNames[i]
            return name.hasPrefix("loudness_") || name == "loudnessPeaksPerSec"
                || ["spectralFlux_", "mfcc1_", "mfcc2_", "mfcc3_", "mfcc4_"].contains { name.hasPrefix($0) }
        }
        #expect(exact.count == 21)
        // Where extrema differ by rounding only, the slopes between them are another matter.
        let uncertain = ["glide_16000", "noise_16000", "noise_11025"].contains(signal.name)
        for i in exact {
            let name = EGeMAPS.functionalNames[i]
            if uncertain, name.contains("Slope") || name.contains("Peaks") { continue }
            let (a, b) = (Double(ours[i]), signal.functionals[i])
            #expect(abs(a - b) <= 2e-3 * abs(b) + 2e-4, "\(name): \(a), \(b)")
        }
    }

    @Test(arguments: ReferenceSignal.all.filter { $0.name.hasPrefix("a_") || $0.name.hasPrefix("i_") })
    func ofVowels(_ signal: ReferenceSignal) throws {
        let ours = try EGeMAPS(sampleRate: signal.sampleRate).functionals(signal.samples)
        let tolerances = [
            "F0semitoneFrom27.5Hz_sma3nz_amean": 0.1, "F0semitoneFrom27.5Hz_sma3nz_percentile50.0": 0.1,
            "HNRdBACF_sma3nz_amean": signal.name == "i_8000" ? 1.5 : 0.3, "alphaRatioV_sma3nz_amean": 0.3,
            "mfcc1V_sma3nz_amean": 0.3,
            "slopeV0-500_sma3nz_amean": 0.005, "equivalentSoundLevel_dBp": 1e-4,
            "MeanVoicedSegmentLengthSec": 0.021,
        ]
        for (name, tolerance) in tolerances {
            let i = try place(name)
            let (a, b) = (Double(ours[i]), signal.functionals[i])
            #expect(abs(a - b) <= tolerance, "\(name): \(a), \(b)")
        }
    }

    @Test func silenceIsFinite() throws {
        let signal = try #require(ReferenceSignal.all.first { $0.name.hasPrefix("silence") })
        let ours = try EGeMAPS(sampleRate: 16000).functionals(signal.samples)
        for (i, value) in ours.enumerated() {
            #expect(value.isFinite)
            let name = EGeMAPS.functionalNames[i]
            if name == "equivalentSoundLevel_dBp" { continue }
            #expect(
                abs(Double(value) - signal.functionals[i]) < 2e-3,
                "\(name): \(value), \(signal.functionals[i])")
        }
    }

    @Test func sameBitsOnAnyNumberOfThreads() throws {
        let extractor = try EGeMAPS(sampleRate: 16000)
        let recordings = ReferenceSignal.all.filter { $0.sampleRate == 16000 }.map(\.samples)
        let before = Parallel.threads
        defer { Parallel.threads = before }
        var results: [[[UInt32]]] = []
        for threads in 1...3 {
            Parallel.threads = threads
            results.append(try extractor.functionals(of: recordings).map { $0.map(\.bitPattern) })
        }
        #expect(results[0] == results[1] && results[0] == results[2])
        #expect(try results[0][0] == extractor.functionals(recordings[0]).map(\.bitPattern))
        let rows = try extractor.descriptors(recordings[0])
        #expect(try extractor.descriptors(recordings[0]) == rows)
    }

    @Test func damagedInput() throws {
        for rate in [Int.min, 0, 7999, 192_001, Int.max] {
            let error = #expect(throws: InputError.self) { try EGeMAPS(sampleRate: rate) }
            #expect(error?.description == "sample rate: found \(rate) Hz; allowed: 8000 to 192000 Hz")
        }
        let extractor = try EGeMAPS(sampleRate: 16000)
        let short = #expect(throws: InputError.self) {
            try extractor.functionals([Float](repeating: 0, count: 959))
        }
        #expect(short?.description.hasPrefix("samples: found 959; allowed: at least 960") == true)
        #expect(throws: InputError.self) { try extractor.descriptors([]) }
        for value in [Float.nan, .infinity, -.infinity] {
            var samples = [Float](repeating: 0.1, count: 2000)
            samples[1234] = value
            let error = #expect(throws: InputError.self) { try extractor.functionals(samples) }
            #expect(error?.description.hasPrefix("sample 1234: found ") == true)
            let batch = #expect(throws: InputError.self) {
                try extractor.functionals(of: [[Float](repeating: 0, count: 2000), samples])
            }
            #expect(batch?.description.hasPrefix("recording 1, sample 1234: found ") == true)
        }
        #expect(try extractor.functionals(of: []).isEmpty)
    }

    /// The shortest recordings, the loudest samples, single pulses and constants at all ends of the range of rates.
    @Test(arguments: [8000, 11025, 16000, 44100, 192_000]) func extremes(_ rate: Int) throws {
        let extractor = try EGeMAPS(sampleRate: rate)
        let least = extractor.minimumSamples
        for count in [least, least + 1, least + rate / 100, least + rate / 50 + 1] {
            var pulse = [Float](repeating: 0, count: count)
            pulse[count / 2] = 1
            let huge = (0..<count).map { $0 % 3 == 0 ? Float.greatestFiniteMagnitude : -1e30 }
            for samples in [
                pulse, huge, [Float](repeating: 1, count: count), [Float](repeating: -1e-9, count: count),
            ] {
                let functionals = try extractor.functionals(samples)
                #expect(functionals.count == 88 && functionals.allSatisfy(\.isFinite))
                let rows = try extractor.descriptors(samples)
                #expect(rows.values.count == rows.frames * 25 && rows.values.allSatisfy(\.isFinite))
            }
        }
    }
}
