import Autograd
import Configuration
import SpeechEmotion
import SpeechTestSupport
import Testing

@Suite struct FeatureStreamTests {
    private func pipeline(_ features: String, more: String = "") throws -> FeaturePipeline {
        try FeaturePipeline.decode(
            text: """
                {"sample_rate": 16000, "layout": {"type": "sequence", "frames": 1000, "features": [\(features)]\(more)}}
                """)
    }

    static let framewise = [
        #"{"type": "mel", "n_mels": 20, "n_fft": 400, "hop_length": 160, "scale": "db", "top_db": null}"#,
        #"{"type": "mfcc", "n_mfcc": 13, "n_fft": 512, "hop_length": 256, "n_mels": 40, "top_db": null, "center": false}"#,
        #"{"type": "spectrogram", "n_fft": 64, "hop_length": 200}, {"type": "centroid", "n_fft": 64, "hop_length": 200}"#,
        #"{"type": "rolloff", "n_fft": 301, "hop_length": 100}, {"type": "flatness", "n_fft": 301, "hop_length": 100}, {"type": "bandwidth", "n_fft": 301, "hop_length": 100}"#,
    ]

    /// Samples in parts of any size give the bits of the whole recording.
    @Test(arguments: framewise, [[160], [1, 7, 4000], [20_000], [333, 0, 90]])
    func sameBitsAsTheWhole(_ features: String, _ parts: [Int]) throws {
        let pipeline = try pipeline(features)
        let wave = TestSound.voice(count: 9001)
        let whole = try pipeline(wave)
        var stream = try FeatureStream(pipeline)
        var values: [Float] = []
        var (start, number) = (0, 0)
        while start < wave.count {
            let end = min(wave.count, start + parts[number % parts.count])
            values += try stream.push(Array(wave.samples[start..<end]))
            (start, number) = (end, number + 1)
        }
        values += try stream.finish()
        #expect(values.count == (whole.length ?? 0) * stream.width && !values.isEmpty)
        #expect(
            values.map(\.bitPattern) == whole.values.prefix(values.count).map(\.bitPattern))
    }

    @Test func nothingComesOfNothing() throws {
        var stream = try FeatureStream(pipeline(Self.framewise[0]))
        #expect(try stream.push([]).isEmpty && stream.finish().isEmpty)
    }

    @Test(arguments: [
        (#"{"type": "mfcc"}"#, "", "the feature mfcc"),
        (#"{"type": "mel", "scale": "db", "ref": "max", "top_db": null}"#, "", "the feature mel"),
        (#"{"type": "rms"}"#, "", "the feature rms"), (#"{"type": "yin"}"#, "", "the feature yin"),
        (#"{"type": "mel"}"#, #", "deltas": 1"#, "deltas"),
        (#"{"type": "mel", "pad_mode": "reflect"}"#, "", "pad_mode"),
        (#"{"type": "mel"}, {"type": "centroid", "n_fft": 1024}"#, "", "different frames"),
    ])
    func whatNeedsTheWholeRecordingIsNamed(_ features: String, _ more: String, _ message: String) throws {
        let pipeline = try pipeline(features, more: more)
        let problem = #expect(throws: InputError.self) { try FeatureStream(pipeline) }
        #expect(problem.map { "\($0)" }?.contains(message) == true)
        var edited = try self.pipeline(Self.framewise[0])
        edited.preprocessing = [AnyPreprocessingStep(PeakNormalization())]
        #expect(throws: InputError.self) { try FeatureStream(edited) }
    }
}
