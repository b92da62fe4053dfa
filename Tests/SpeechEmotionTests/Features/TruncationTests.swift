import Foundation
import SpeechEmotion
import Testing

/// What a pipeline says that it cuts off.
@Suite struct TruncationTests {
    private func pipeline(_ json: String) throws -> FeaturePipeline { try FeaturePipeline.decode(text: json) }

    private static let sequence =
        #""layout": {"type": "sequence", "frames": 40, "features": [{"type": "rms", "hop_length": 256, "frame_length": 512}]}"#

    /// A second of noise for each second, with silence of 0.5 s at both ends where asked.
    private func sound(_ seconds: Double, rate: Int = 8000, silence: Bool = false) -> Waveform {
        let noise = SpectrumTests.noise(Int(seconds * Double(rate))).map { $0 / 4 }
        let zeros = [Float](repeating: 0, count: silence ? rate / 2 : 0)
        return Waveform(zeros + noise + zeros, rate: rate)
    }

    private func found(_ json: String, _ wave: Waveform) throws -> (options: [String], truncation: Truncation)
    {
        let pipeline = try pipeline(json)
        let folder = try TemporaryFolder()
        let path = folder.path + "/a.wav"
        try AudioFile.write(wave, to: path, as: .wavFloat)
        let truncation = try #require(pipeline.features(ofFile: path).truncation)
        #expect(try pipeline(wave).truncation == truncation, "in memory")
        if !pipeline.removesSilence {
            #expect(
                pipeline.truncation(seconds: wave.duration, rate: wave.rate) == truncation, "from the header")
        }
        return (pipeline.truncatingOptions, truncation)
    }

    @Test func framesThatAreCut() throws {
        // 1 + 16000 / 256 = 63 frames, of which 23 hops are cut.
        let long = try found("{\"sample_rate\": 8000, \(Self.sequence)}", sound(2))
        #expect(long.options == ["features.layout.frames"])
        #expect(long.truncation == Truncation(cuts: [23 * 256 / 8000.0], kept: (16000 - 23 * 256) / 8000.0))
        // 1 + 10239 / 256 = 40 frames fit; with one sample more there are 41.
        let fits = try found("{\"sample_rate\": 8000, \(Self.sequence)}", sound(10239 / 8000.0))
        #expect(fits.truncation.cuts == [0] && fits.truncation.kept == 10239 / 8000.0)
        let over = try found("{\"sample_rate\": 8000, \(Self.sequence)}", sound(10240 / 8000.0))
        #expect(over.truncation.cuts == [256 / 8000.0])
    }

    /// The frames that a feature announces are those that it makes, centered or not.
    @Test func framesAreCountedBeforeTheyAreMade() throws {
        for feature in FeatureKinds.builtIn {
            let inner =
                ["delta": #", "of": {"type": "rms"}"#, "egemaps_lld": #", "sample_rate": 22050"#][
                    feature.type] ?? ""
            let json = """
                {"layout": {"type": "sequence", "features": [{"type": "\(feature.type)"\(inner)}]}}
                """
            let sequence = try #require(try pipeline(json).layout.value as? FrameSequence)
            let kind = sequence.features[0].value
            for count in [6000, 16384, 20000] {
                let wave = Waveform(SpectrumTests.noise(count).map { $0 / 4 }, rate: 22050)
                #expect(kind.frames(of: count) == (try kind(wave).frames), "\(feature.type) \(count)")
            }
        }
        let open = try pipeline(
            #"{"layout": {"type": "sequence", "features": [{"type": "mel", "n_fft": 512, "hop_length": 100, "center": false}]}}"#
        )
        let mel = try #require(open.layout.value as? FrameSequence).features[0].value
        #expect(mel.frames(of: 511) == nil && mel.frames(of: 512) == 1 && mel.frames(of: 612) == 2)
    }

    @Test func offsetAndDuration() throws {
        let json =
            #"{"sample_rate": 8000, "offset": 0.5, "duration": 1, "layout": {"type": "summary", "entries": [{"feature": {"type": "rms"}}]}}"#
        let long = try found(json, sound(2))
        #expect(long.options == ["features.offset", "features.duration"])
        #expect(long.truncation == Truncation(cuts: [0.5, 0.5], kept: 1))
        let short = try found(json, sound(1.25))
        #expect(short.truncation == Truncation(cuts: [0.5, 0], kept: 0.75))
        // At another rate the file is cut before it is resampled.
        let other = try found(json, sound(2, rate: 16000))
        #expect(other.truncation == Truncation(cuts: [0.5, 0.5], kept: 1))
        let part = try pipeline(json)
        let folder = try TemporaryFolder()
        try AudioFile.write(sound(3), to: folder.path + "/a.wav")
        let cut = try part.features(ofFile: folder.path + "/a.wav", offset: 1, duration: 1.75).truncation
        #expect(cut == Truncation(cuts: [0.5, 0.25], kept: 1))
    }

    @Test func editsThatCutOrPad() throws {
        let summary = #""layout": {"type": "summary", "entries": [{"feature": {"type": "rms"}}]}"#
        let crop = try found(
            #"{"sample_rate": 8000, "preprocessing": [{"type": "gain", "decibels": 3}, {"type": "crop", "offset": 0.25, "duration": 1}], \#(summary)}"#,
            sound(2))
        #expect(crop.options == ["features.preprocessing[1]"])
        #expect(crop.truncation == Truncation(cuts: [1], kept: 1))
        for side in ["end", "front", "both"] {
            let cut = try found(
                #"{"sample_rate": 8000, "preprocessing": [{"type": "length", "seconds": 1.5, "truncating": "\#(side)"}], \#(summary)}"#,
                sound(2))
            #expect(cut.truncation == Truncation(cuts: [0.5], kept: 1.5), "\(side)")
            // Zeros that are added and cut off again are no sound.
            let padded = try found(
                #"{"sample_rate": 8000, "preprocessing": [{"type": "length", "seconds": 3, "padding": "\#(side)"}, {"type": "resample", "rate": 4000}, {"type": "length", "seconds": 2, "truncating": "\#(side)"}], \#(summary)}"#,
                sound(2))
            #expect(padded.truncation.cuts == [0, 0] && padded.truncation.kept == 2, "\(side)")
            let across = try found(
                #"{"sample_rate": 8000, "preprocessing": [{"type": "length", "seconds": 3, "padding": "end"}, {"type": "length", "seconds": 1, "truncating": "both"}], \#(summary)}"#,
                sound(2))
            #expect(across.truncation == Truncation(cuts: [0, 1], kept: 1), "\(side)")
        }
    }

    /// Silence that is removed is not lost; a header cannot tell it, so that it bounds from above.
    @Test func removedSilenceIsNoLoss() throws {
        for edit in ["trim", "voiced"] {
            let json =
                "{\"sample_rate\": 8000, \"preprocessing\": [{\"type\": \"\(edit)\", \"frame_length\": 512, \"hop_length\": 128}], \(Self.sequence)}"
            let pipeline = try pipeline(json)
            #expect(pipeline.removesSilence)
            let short = sound(1, silence: true)
            #expect(try found(json, short).truncation.cut == 0)
            let bound = try #require(pipeline.truncation(seconds: short.duration, rate: 8000))
            #expect(bound.cut > 0.7)
            let long = try found(json, sound(2, silence: true)).truncation
            let most = try #require(pipeline.truncation(seconds: 3, rate: 8000))
            #expect(long.cut > 0.5 && long.cut < most.cut)
        }
        // Zeros at the end are trimmed away, the sound stays.
        let padded = try found(
            #"{"sample_rate": 8000, "preprocessing": [{"type": "length", "seconds": 4}, {"type": "trim", "frame_length": 512, "hop_length": 128}], \#(Self.sequence)}"#,
            sound(1))
        #expect(padded.truncation.cut == 0 && padded.truncation.kept == 1)
    }

    @Test func nothingCutsWhereNothingCan() throws {
        let pipeline = try pipeline(#"{"layout": {"type": "image", "height": 8, "width": 8}}"#)
        #expect(pipeline.truncatingOptions == [] && !pipeline.removesSilence)
        #expect(try pipeline(sound(2)).truncation == Truncation(cuts: [], kept: 2))
        // What did not come from a pipeline is not known.
        #expect(try pipeline.features(of: sound(2, rate: 16000)).truncation == nil)
        let crop = try self.pipeline(#"{"preprocessing": [{"type": "crop", "offset": 3}]}"#)
        #expect(crop.truncation(seconds: 2, rate: 8000) == nil)
        #expect(try self.pipeline(#"{"offset": 2}"#).truncation(seconds: 2, rate: 8000) == nil)
    }

    /// A changed sound keeps what was cut off before, and is cut at its own length.
    @Test func changedSoundsAndTheCache() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/a.wav"
        try AudioFile.write(sound(3), to: path)
        let pipeline = try pipeline("{\"sample_rate\": 8000, \"duration\": 2, \(Self.sequence)}")
        let clip = Clip(id: "a", source: .file(path: path, start: nil, end: nil), label: "x")
        let half = WaveformTransform(key: "half") { Waveform(Array($0.samples[..<8000]), rate: $0.rate) }
        for _ in 0..<2 {
            let cache = FeatureCache(folder: folder.path + "/cache")
            let source = try FeatureExtractor(pipeline, cache: cache)
            let features = try source.features(of: clip, transforms: [nil, half])
            #expect(
                features[0].truncation
                    == Truncation(cuts: [1, 23 * 256 / 8000.0], kept: 16000 / 8000.0 - 23 * 256 / 8000.0))
            #expect(features[1].truncation == Truncation(cuts: [1, 0], kept: 1))
        }
    }

    @Test func aSummaryOverClips() {
        let clips = [
            Truncation(cuts: [0, 0], kept: 2), Truncation(cuts: [0.5, 1.5], kept: 2),
            Truncation(cuts: [0, 1], kept: 2), Truncation(cuts: [0, 3], kept: 2),
        ]
        let summary = TruncationSummary(clips, options: ["a", "b"])
        #expect(summary.clips == 4 && summary.truncated == 3)
        #expect(summary.median == 2 && summary.largest == 3)
        #expect(abs(summary.share - 6.0 / 14) < 1e-12)
        #expect(summary.options.map(\.name) == ["a", "b"] && summary.options.map(\.clips) == [1, 3])
        let none = TruncationSummary([clips[0]], options: ["a", "b"])
        #expect(none.truncated == 0 && none.median == 0 && none.share == 0 && none.options.isEmpty)
        #expect(none == none && none != summary)
    }
}
