import Autograd
import GeMAPS
import SpeechEmotion
import Testing

/// The low-level descriptors of GeMAPS as a frame-level feature.
@Suite struct EGeMAPSDescriptorTests {
    private func feature(_ rate: Int) throws -> any FrameFeature {
        try FeatureGoldenTests.feature("{\"type\": \"egemaps_lld\", \"sample_rate\": \(rate)}")
    }

    @Test(arguments: [16000, 22050]) func sameValuesAsTheModule(_ rate: Int) throws {
        let feature = try feature(rate)
        let samples = SpectrumTests.noise(rate / 2).map { $0 / 4 }
        let found = try feature(Waveform(samples, rate: rate))
        let expected = try EGeMAPS(sampleRate: rate).descriptors(samples)
        #expect(found == FrameTable(frames: expected.frames, width: 25, values: expected.values))
        #expect(feature.names == EGeMAPS.descriptorNames && feature.hop == (rate + 50) / 100)
        #expect(feature.frames(of: samples.count) == expected.frames)
        let least = try EGeMAPS(sampleRate: rate).minimumSamples
        #expect(feature.frames(of: least) == 2 && feature.frames(of: least - 1) == nil)
    }

    @Test func asSequenceWithDeltas() throws {
        let layout = try LayoutTests.layout(
            #"{"type": "sequence", "features": [{"type": "egemaps_lld"}], "deltas": 1, "frames": 60}"#)
        #expect(layout.outputShape == [60, 50])
        let wave = Waveform(SpectrumTests.noise(8000).map { $0 / 4 }, rate: 16000)
        let found = try layout.features(of: WaveformAnalysis(wave))
        #expect(found.shape == [60, 50] && found.length == 46)
        #expect(layout.names.last == "delta_" + EGeMAPS.descriptorNames[24])
    }

    @Test func otherRatesAndShortWaveforms() throws {
        let feature = try feature(16000)
        let noise = SpectrumTests.noise(8000)
        let rate = #expect(throws: InputError.self) { try feature(Waveform(noise, rate: 22050)) }
        #expect(rate?.description.contains("22050 Hz") == true, "\(rate?.description ?? "")")
        #expect(throws: InputError.self) { try feature.check(rate: 22050) }
        let short = #expect(throws: InputError.self) {
            try feature(Waveform(Array(noise.prefix(959)), rate: 16000))
        }
        #expect(short?.description.contains("at least 960") == true, "\(short?.description ?? "")")
    }
}
