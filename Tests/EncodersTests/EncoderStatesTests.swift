import Autograd
import Configuration
import Encoders
import Foundation
import SpeechEmotion
import Testing

/// Hidden states of the tiny encoders in `Fixtures` as features.
@Suite struct EncoderStatesTests {
    private static let fixtures = EncoderGoldenTests.fixtures

    init() { EncoderKinds.register() }

    private func golden(_ name: String) throws -> SafeTensors {
        try SafeTensors(contentsOf: Self.fixtures + "/\(name)/golden.safetensors")
    }

    /// A recording of the fixture "hubert", whose input is not standardized.
    private func recording() throws -> (wave: Waveform, states: Tensor) {
        let golden = try golden("hubert")
        let samples = try golden.tensor("x").slice(axis: 0, 0..<1).array.map { Float($0) }
        return (Waveform(samples, rate: 16000), try golden.tensor("states.0"))
    }

    private func feature(_ more: String = "", encoder: String = "hubert") throws -> EncoderStates {
        try EncoderStates.decode(
            text: #"{"type": "encoder", "weights": "\#(Self.fixtures)/\#(encoder)"\#(more)}"#)
    }

    private func pipeline(_ feature: EncoderStates) -> FeaturePipeline {
        FeaturePipeline(sampleRate: 16000, layout: FrameSequence([feature], frames: 40))
    }

    @Test(arguments: [(#", "layers": "all""#, [0, 1, 2]), (#", "layers": [2, 0]"#, [2, 0]), ("", [2])])
    func valuesAreHiddenStatesInHalfPrecision(options: String, numbers: [Int]) throws {
        let (wave, states) = try recording()
        let feature = try feature(options)
        let table = try feature(wave)
        #expect(table.width == numbers.count * 12 && feature.width == table.width)
        #expect(feature.names.count == table.width && feature.hop == 10)
        #expect(feature.names[13 % table.width] == "encoder_\(numbers[13 % table.width / 12])_1")
        #expect(feature.frames(of: wave.count) == table.frames && table.frames == states.shape[1])
        let single = try self.feature(options + #", "precision": "single""#)(wave)
        let expected = states.array.map { Float($0) }
        for frame in 0..<table.frames {
            for (place, number) in numbers.enumerated() {
                for channel in 0..<12 {
                    let exact = single[frame, place * 12 + channel]
                    #expect(abs(exact - expected[(number * table.frames + frame) * 12 + channel]) < 1e-4)
                    #expect(table[frame, place * 12 + channel] == Float(Float16(exact)))
                }
            }
        }
    }

    @Test func theFingerprintDependsOnTheWeightsAndNotOnThePath() throws {
        let folder = NSTemporaryDirectory() + "encoder-\(UUID().uuidString)"
        try FileManager.default.copyItem(atPath: Self.fixtures + "/hubert", toPath: folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let own = try pipeline(feature()).pinned()
        let other = try pipeline(EncoderStates(folder)).pinned()
        #expect(own.fingerprint == other.fingerprint)
        #expect(try own.fingerprint != pipeline(feature(encoder: "wav2vec2")).pinned().fingerprint)
        #expect(own.encode().line.contains(#""sha256":""#) || own.encode().line.contains(#""sha256": ""#))
        // The same path with other weights.
        let name = folder + "/model.safetensors"
        let file = try SafeTensors(contentsOf: name, mapped: false)
        let tensors = try file.names.map { ($0, try file.tensor($0) * 2) }
        try SafeTensors.write(tensors, to: name)
        #expect(try pipeline(EncoderStates(folder)).pinned().fingerprint != own.fingerprint)
        let message = try #require(throws: InputError.self) { try other.outputShape() }
        #expect(message.description.contains("found a different encoder: SHA-256"))
    }

    @Test func cachedFeaturesEqualComputedOnesInHalfTheSpace() throws {
        let folder = NSTemporaryDirectory() + "encoder-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = folder + "/a.wav"
        try AudioFile.write(recording().wave, to: file)
        let clip = Clip(id: "a", source: .file(path: file, start: nil, end: nil), label: "x")
        func size(_ precision: String) throws -> Int {
            let cache = FeatureCache(folder: folder + "/" + precision)
            let pipeline = try pipeline(feature(#", "precision": "\#(precision)""#))
            let first = try FeatureExtractor(pipeline, cache: cache).features(of: clip)
            let second = try FeatureExtractor(pipeline, cache: cache).features(of: clip)
            #expect(first == second)
            let names = try FileManager.default.subpathsOfDirectory(atPath: cache.folder)
            let entry = try #require(names.first { $0.contains("/") })
            return try #require(FileManager.default.contents(atPath: cache.folder + "/" + entry)).count
        }
        let (half, single) = (try size("half"), try size("single"))
        #expect(single - half == 40 * 12 * 2)
    }

    @Test func meansOverTimeAreASummary() throws {
        let (wave, _) = try recording()
        let feature = try feature(#", "layers": "all""#)
        let table = try feature(wave)
        let summary = Summary([.init(feature, [.mean])])
        let found = try FeaturePipeline(sampleRate: 16000, layout: summary)(wave)
        #expect(found.shape == [36])
        for channel in 0..<36 {
            let sum = (0..<table.frames).reduce(0.0) { $0 + Double(table[$1, channel]) }
            #expect(abs(Double(found.values[channel]) - sum / Double(table.frames)) < 1e-5)
        }
    }

    @Test(arguments: ["hubert", "wavlm-large", "data2vec"])
    func anyWaveformGivesFiniteValues(_ name: String) throws {
        let feature = try feature(#", "layers": "all""#, encoder: name)
        let noise = (0..<300).map { Float(sin(Double($0 * $0))) }
        for samples in [
            [Float](repeating: 0, count: 300), noise, noise.map { $0 * 1e9 }, noise.map { $0 * 1e-30 },
        ] {
            #expect(try feature(Waveform(samples, rate: 16000)).values.allSatisfy { $0.isFinite })
        }
        for samples in [[], [.nan], [Float](repeating: .infinity, count: 300), [0, 3e38] + noise] {
            #expect(throws: InputError.self) { try feature(Waveform(samples, rate: 16000)) }
        }
    }

    @Test func aDamagedWeightIsNoFeature() throws {
        let folder = NSTemporaryDirectory() + "encoder-\(UUID().uuidString)"
        try FileManager.default.copyItem(atPath: Self.fixtures + "/hubert", toPath: folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/model.safetensors"
        let file = try SafeTensors(contentsOf: path, mapped: false)
        let tensors = try file.names.map { name in
            let tensor = try file.tensor(name)
            return (name, name == "encoder.layers.1.final_layer_norm.bias" ? tensor * Real.nan : tensor)
        }
        try SafeTensors.write(tensors, to: path)
        let feature = try EncoderStates.decode(text: #"{"type": "encoder", "weights": "\#(folder)"}"#)
        let wave = try recording().wave
        let error = #expect(throws: InputError.self) { try pipeline(feature)(wave) }
        #expect(error?.description.contains(": found NaN or infinite values; allowed: ") == true)
    }

    @Test func whatDoesNotFitIsExplained() throws {
        let (wave, _) = try recording()
        func message(_ feature: EncoderStates, rate: Int = 16000) -> String {
            do {
                try feature.check(rate: rate)
                _ = try feature(Waveform(Array(wave.samples.prefix(19)), rate: 16000))
                return "no error"
            } catch { return "\(error)" }
        }
        #expect(try message(feature(), rate: 22050).contains("allowed: 16000 Hz"))
        #expect(try message(feature(#", "layers": [1, 3]"#)).contains("layers: found 3; allowed: 0 to 2"))
        #expect(try message(feature()).contains("found a waveform of 0.001"))
        #expect(try message(feature()).contains("allowed: at least 20 samples"))
        #expect(message(EncoderStates("/nowhere")).contains("no such file or folder"))
        for text in [#""first""#, "[]", "[-1]", "[1, 1]", "[1.5]"] {
            #expect(throws: ConfigurationError.self) { try feature(#", "layers": \#(text)"#) }
        }
        #expect(throws: ConfigurationError.self) { try feature(#", "sha256": "abc""#) }
    }

    @Test func theInputOfWhisperEqualsThatOfItsFeatureExtractor() throws {
        let golden = try golden("whisper")
        let wave = Waveform(try golden.tensor("wave").array.map { Float($0) }, rate: 16000)
        let found = try wave.whisperInput(bands: 8, frames: 100)
        let expected = try golden.tensor("mel").array.map { Float($0) }
        #expect(found.count == expected.count)
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-4 })
        let feature = try feature(encoder: "whisper")
        #expect(feature.hop == 320 && feature.frames(of: 3000) == 10 && feature.frames(of: 3201) == nil)
        #expect(try feature(wave).frames == 10)
    }
}
