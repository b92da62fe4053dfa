import Autograd
import Configuration
import Foundation
import SpeechEmotion
import Testing

/// The way from a file to features, and its name.
@Suite struct PipelineTests {
    private static let wave = Waveform(SpectrumTests.noise(24000).map { $0 / 4 }, rate: 16000)

    private func pipeline(_ json: String) throws -> FeaturePipeline { try FeaturePipeline.decode(text: json) }

    @Test func theDefaultIsASequenceOfMFCC() throws {
        let pipeline = try pipeline("{}")
        #expect(try pipeline.outputShape() == [200, 40])
        #expect(pipeline.names.count == 40 && pipeline.names[39] == "mfcc_39")
        let found = try pipeline(Self.wave)
        #expect(found.shape == [200, 40] && found.length == 47)
    }

    @Test func aFileAndItsSoundGiveTheSame() throws {
        let path = NSTemporaryDirectory() + "pipeline-\(UUID().uuidString).wav"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try AudioFile.write(Self.wave, to: path, as: .wavFloat)
        let pipeline = try pipeline(
            """
            {"sample_rate": 11025, "offset": 0.25, "duration": 0.5, "preprocessing": [{"type": "normalize_peak"}],
             "layout": {"type": "summary", "entries": [{"feature": {"type": "mfcc"}}, {"feature": {"type": "rms"}}]}}
            """)
        #expect(try pipeline.outputShape() == [21])
        let fromFile = try pipeline.features(ofFile: path)
        #expect(fromFile == (try pipeline(Self.wave)))
        let prepared = try pipeline.wave(ofFile: path)
        #expect(prepared.rate == 11025 && prepared.count == 5513 && prepared.peak == 1)
        #expect(try pipeline.features(of: prepared) == fromFile)

        // A part of a file: its own offset and duration count from where the part begins.
        let part = Waveform(Array(Self.wave.samples[4800..<14400]), rate: 16000)
        #expect(try pipeline.features(ofFile: path, offset: 0.3, duration: 0.6) == pipeline(part))
        #expect(throws: InputError.self) { try pipeline.features(ofFile: path, offset: 0, duration: 0.2) }
        #expect(throws: (any Error).self) { try pipeline.features(ofFile: path, offset: 5) }
        #expect(throws: (any Error).self) { try pipeline.features(ofFile: path + ".missing") }
    }

    @Test func impossibleOptionsShowWithoutASound() throws {
        let contrast = #""layout": {"type": "summary", "entries": [{"feature": {"type": "contrast"}}]}"#
        #expect(try pipeline("{\"sample_rate\": 22050, \(contrast)}").outputShape() == [7])
        let low = try pipeline("{\"sample_rate\": 8000, \(contrast)}")
        #expect(throws: InputError.self) { try low.outputShape() }
        let raised = try pipeline(
            "{\"sample_rate\": 8000, \"preprocessing\": [{\"type\": \"resample\", \"rate\": 16000}], \(contrast)}"
        )
        #expect(try raised.outputShape() == [7])
        #expect(throws: ConfigurationError.self) { try pipeline(#"{"sample_rate": 0}"#) }
        #expect(throws: ConfigurationError.self) { try pipeline(#"{"offset": -1}"#) }
        #expect(throws: ConfigurationError.self) { try pipeline(#"{"layout": {"type": "sequense"}}"#) }
    }

    @Test func soundsThatAreNone() throws {
        let pipeline = FeaturePipeline()
        for wave in [
            Waveform([], rate: 16000), Waveform([0.1, .nan], rate: 16000), Waveform([.infinity], rate: 8000),
            Waveform([0.5], rate: 0), Waveform([1e30], rate: 16000),
        ] {
            #expect(throws: InputError.self) { try pipeline(wave) }
        }
        #expect(try pipeline(Waveform([0.5], rate: 8000)).shape == [200, 40])
    }

    @Test func aFingerprintChangesWithEveryOption() throws {
        let base = try pipeline("{}")
        #expect(base.fingerprint.count == 64)
        #expect(base.fingerprint == (try pipeline(base.encode().line)).fingerprint)
        #expect(
            base.fingerprint
                == (try pipeline(
                    #"{"layout": {"frames": 200, "type": "sequence", "features": [{"n_mfcc": 40, "type": "mfcc"}]}}"#
                ))
                .fingerprint)
        let others = [
            #"{"sample_rate": 22050}"#, #"{"offset": 0.5}"#, #"{"duration": 3}"#,
            #"{"preprocessing": [{"type": "trim"}]}"#,
            #"{"layout": {"type": "sequence", "features": [{"type": "mfcc", "n_mfcc": 40}], "frames": 201}}"#,
            #"{"layout": {"type": "sequence", "features": [{"type": "mfcc", "n_mfcc": 40, "window": "hamming"}]}}"#,
            #"{"layout": {"type": "sequence", "features": [{"type": "mfcc", "n_mfcc": 40}], "padding": "front"}}"#,
            #"{"layout": {"type": "image"}}"#,
        ]
        let prints = try others.map { try pipeline($0).fingerprint } + [base.fingerprint]
        #expect(Set(prints).count == prints.count)
    }
}
