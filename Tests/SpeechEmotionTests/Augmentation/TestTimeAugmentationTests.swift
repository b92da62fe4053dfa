import Autograd
import Configuration
import Foundation
import SpeechEmotion
import Testing

/// The forms of a sound that a model is asked about.
@Suite struct TestTimeAugmentationTests {
    private func views(_ text: String) throws -> TestTimeAugmentation {
        try TestTimeAugmentation(list: JSONValue.parse(text, source: "views"))
    }

    private let wave = Waveform((0..<400).map { Float(sin(Double($0) / 7)) }, rate: 8000)

    @Test func theSoundItselfComesFirst() throws {
        let views = try views(#"[[{"type": "gain", "decibels": 6}, {"type": "speed", "factor": 2}], []]"#)
        let transforms = views.transforms
        #expect(views.count == 3 && transforms.count == 3 && transforms[0] == nil)
        #expect(Set(transforms.compactMap { $0?.key }).count == 2)
        let changed = try #require(transforms[1]).apply(wave)
        #expect(changed.count == 200)
        let loudest = changed.samples.map(abs).max() ?? 0
        #expect(abs(loudest - 1.9953) < 0.1)
        #expect(try #require(transforms[2]).apply(wave) == wave)
        #expect(TestTimeAugmentation().transforms.count == 1)
    }

    /// What a change draws is the same every time and for every sound, so that no answer depends on what else is asked.
    @Test func drawsAreTheSameForEverySound() throws {
        let views = try views(
            #"[[{"type": "noise", "amplitude": 0.1}], [{"type": "noise", "amplitude": 0.1}]]"#)
        func noise(_ view: Int, _ wave: Waveform) throws -> [Float] {
            let changed = try #require(views.transforms[view]).apply(wave)
            return zip(changed.samples, wave.samples).map { $0 - $1 }
        }
        let silent = Waveform(Array(repeating: 0, count: 400), rate: 8000)
        let (first, again, second) = (try noise(1, silent), try noise(1, silent), try noise(2, silent))
        #expect(first == again && first != second)
        let quiet = Waveform(Array(repeating: 0.25, count: 400), rate: 8000)
        for (a, b) in zip(first, try noise(1, quiet)) { #expect(abs(a - b) < 1e-6) }
    }

    /// Files in several forms, from their sounds and from a cache.
    @Test func featuresOfFilesComeInAllForms() throws {
        let folder = NSTemporaryDirectory() + "views-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let files = [folder + "/a.wav", folder + "/none.wav", folder + "/b.wav"]
        try AudioFile.write(wave, to: files[0])
        try AudioFile.write(Waveform(Array(wave.samples.prefix(200)), rate: 8000), to: files[2])
        let pipeline = try FeaturePipeline.decode(
            text:
                #"{"sample_rate": 8000, "layout": {"type": "sequence", "features": [{"type": "rms", "frame_length": 64, "hop_length": 32}], "frames": 20}}"#
        )
        let views = try views(#"[[{"type": "gain", "decibels": 20}], [{"type": "speed", "factor": 0.5}]]"#)
        func found(_ cache: FeatureCache?) throws -> [[Features]?] {
            var found: [[Features]?] = []
            try FeatureExtractor(pipeline, cache: cache).forEach(files, copies: views) {
                found.append(try? $1.get())
            }
            return found
        }
        let plain = try found(nil)
        let kept = FeatureCache(folder: folder + "/kept")
        #expect(try found(kept) == plain && found(FeatureCache(folder: folder + "/kept")) == plain)
        #expect(plain[1] == nil)
        for sound in [plain[0], plain[2]] {
            let sound = try #require(sound)
            #expect(sound.count == 3)
            #expect(abs(sound[1].values[2] - 10 * sound[0].values[2]) < 1e-4 * sound[1].values[2])
            #expect((sound[2].length ?? 0) > (sound[0].length ?? 0))
        }
        #expect(try plain[0]?[0] == pipeline.features(ofFile: files[0]))
    }
}
