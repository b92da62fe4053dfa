import Autograd
import Configuration
import Foundation
import SpeechEmotion
import Testing

/// Options that the golden files leave out, against librosa's numbers (Tests/Fixtures/Features), and what is
/// an error.
@Suite struct FeatureOptionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let json: JSONValue
        var testDescription: String { name }
    }

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Fixtures/Features").standardizedFileURL.path

    private static func manifest() throws -> JSONValue {
        let text = try String(contentsOfFile: folder + "/features.json", encoding: .utf8)
        return try JSONValue.parse(text, source: "features.json")
    }

    static let cases: [Case] = {
        guard let cases = try? manifest()["cases"]?.elements else { return [] }
        return cases.map { Case(name: $0["name"]?.text ?? "", json: $0) }
    }()

    @Test func thereAreCases() { #expect(Self.cases.count > 20) }

    @Test(arguments: cases) func asLibrosa(_ item: Case) throws {
        let tensors = try SafeTensors(contentsOf: Self.folder + "/features.safetensors")
        let rate = try #require(try Self.manifest()["rate"]?.integer)
        let wave = Waveform(try tensors.tensor("sound").array.map { Float($0) }, rate: rate)
        let feature = try FeatureGoldenTests.feature(try #require(item.json["feature"]).line)
        let reference = try tensors.tensor(item.name)
        let expected = reference.array.map { Float($0) }
        let found = try feature(wave)
        #expect([found.frames, found.width] == reference.shape)
        if let limit = item.json["relative"]?.double {
            let error = relativeError(found.values, expected)
            #expect(error < limit)
        } else {
            let limit = try #require(item.json["absolute"]?.double)
            let error = absoluteError(found.values, expected)
            #expect(error < limit)
        }
    }

    /// A hum at 220 Hz that is not an integer of bins, samples or steps.
    private static let hum = Waveform(
        (0..<16000).map { Float(sin(2 * Double.pi * 220 * Double($0) / 16000)) * 0.5 }, rate: 16000)

    @Test func aHumHasItsPitch() throws {
        let yin = try Self.hum.pitch()
        #expect(yin.values.dropFirst(3).dropLast(3).allSatisfy { abs($0 - 220) < 3 })
        let track = try Self.hum.probablePitch()
        #expect(track.frequencies.dropFirst(3).dropLast(3).allSatisfy { abs($0 - 220) < 3 })
        #expect(track.isVoiced.dropFirst(3).dropLast(3).allSatisfy { $0 })
        let silence = try Waveform([Float](repeating: 0, count: 16000), rate: 16000).probablePitch()
        #expect(silence.isVoiced.allSatisfy { !$0 })
        #expect(silence.frequencies.allSatisfy { $0 == 0 })
    }

    /// Features of every built-in kind, with options that fit sounds of half a second.
    static let everyKind: [String] = FeatureKinds.builtIn.map {
        $0.type == "delta" ? #"{"type": "delta", "of": {"type": "mfcc"}}"# : "{\"type\": \"\($0.type)\"}"
    }

    @Test(arguments: everyKind) func everyKindOfFeature(_ json: String) throws {
        let feature = try FeatureGoldenTests.feature(json)
        #expect(feature.names.count == feature.width && Set(feature.names).count == feature.width)
        try feature.check(rate: 16000)

        // Written out with all defaults it is the same.
        let again = try FeatureGoldenTests.feature(feature.encode().line)
        #expect(again.encode() == feature.encode())

        let wave = Waveform(Array(Self.hum.samples.prefix(8000)), rate: 16000)
        let found = try feature(wave)
        let isGeMAPS = json.contains("egemaps_lld")
        let isWaveform = json.contains("waveform")
        #expect(
            found.width == feature.width && found.frames == (isGeMAPS ? 46 : isWaveform ? 8000 : 16))
        #expect(found.values.allSatisfy { $0.isFinite })
        #expect(try again(wave) == found)

        for samples in [
            [Float](repeating: 0, count: 8000), SpectrumTests.noise(8000),
            SpectrumTests.noise(8000).map { $0 * 1e9 },
            SpectrumTests.noise(8000).map { $0 * 1e-30 },
        ] {
            let odd = try feature(Waveform(samples, rate: 16000))
            #expect(odd.values.allSatisfy { $0.isFinite })
        }
        // GeMAPS clips, as the reference does with 16 bits.
        let huge: [[Float]] = isGeMAPS ? [] : [[0, 3e38] + wave.samples]
        for samples in [[], [.nan], [Float](repeating: .infinity, count: 8000)] + huge {
            #expect(throws: InputError.self) { try feature(Waveform(samples, rate: 16000)) }
        }
        if json.contains("delta") || isGeMAPS {
            #expect(throws: InputError.self) { try feature(Waveform([0.5], rate: 16000)) }
        } else {
            let single = try feature(Waveform([0.5], rate: 16000))
            #expect(single.frames == 1 && single.values.allSatisfy { $0.isFinite })
        }
    }

    @Test(arguments: [
        (#"{"type": "mfcc", "n_fft": 0}"#, "fft: expected an integer from 1 to 131072"),
        (#"{"type": "mfcc", "hop_length": 0}"#, "hop_length: expected an integer from 1"),
        (#"{"type": "mfcc", "n_fft": 100000000}"#, "fft: expected"),
        (
            #"{"type": "mfcc", "n_mfcc": 60, "n_mels": 50}"#,
            "n_mfcc: 60 coefficients need at least as many mel bands"
        ),
        (#"{"type": "mfcc", "win_length": 3000}"#, "win_length: 3000 is longer than n_fft"),
        (#"{"type": "mfcc", "window": "han"}"#, "did you mean \"hann\""),
        (#"{"type": "mel", "fmin": 500, "fmax": 400}"#, "fmax: 400.0 Hz is not above fmin"),
        (#"{"type": "mel", "ref": "maximum"}"#, "ref: expected \"max\" or a number from 1e-30 to 1e30"),
        (#"{"type": "mel", "ref": 0}"#, "ref: expected"),
        (#"{"type": "mel", "amin": 0}"#, "amin: expected"),
        (#"{"type": "mfc"}"#, "did you mean \"mfcc\""),
        (#"{"type": "delta"}"#, "of: missing"),
        (#"{"type": "delta", "of": {"type": "rms"}, "width": 4}"#, "width: expected an integer from 3"),
        (#"{"type": "delta", "of": {"type": "rms"}, "order": 3}"#, "order: expected"),
        (#"{"type": "rolloff", "roll_percent": 1}"#, "roll_percent: expected"),
        (#"{"type": "chroma", "tuning": 1000}"#, "tuning: expected"),
    ]) func optionsThatMakeNoSense(_ json: String, _ words: String) {
        let error = #expect(throws: ConfigurationError.self) { try FeatureGoldenTests.feature(json) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test func whatDoesNotFitASound() throws {
        func fails(_ json: String, rate: Int, samples: Int = 16000, _ words: String) throws {
            let feature = try FeatureGoldenTests.feature(json)
            let wave = Waveform(SpectrumTests.noise(samples), rate: rate)
            let error = #expect(throws: InputError.self, "\(json)") {
                try feature.check(rate: rate)
                _ = try feature(wave)
            }
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "") \(words)")
        }
        try fails(#"{"type": "contrast"}"#, rate: 8000, "octave band from")
        try fails(#"{"type": "contrast", "n_fft": 32}"#, rate: 16000, "no bin of n_fft 32")
        try fails(#"{"type": "mel", "fmin": 9000}"#, rate: 16000, "9000.0")
        try fails(#"{"type": "yin", "fmax": 9000}"#, rate: 16000, "9000.0")
        try fails(#"{"type": "yin", "fmin": 5}"#, rate: 16000, "frames of 2048")
        try fails(#"{"type": "pyin", "fmin": 399, "fmax": 400}"#, rate: 16000, "wider range")
        try fails(#"{"type": "mfcc", "center": false}"#, rate: 16000, samples: 2047, "2047 samples")
        try fails(#"{"type": "delta", "of": {"type": "rms"}}"#, rate: 16000, samples: 4000, "8 frames")
    }

    /// Bands that are narrower than a bin stay at the floor, as everywhere.
    @Test func moreBandsThanBins() throws {
        let mel = try FeatureGoldenTests.feature(
            #"{"type": "mel", "n_mels": 1000, "n_fft": 64, "hop_length": 64}"#)
        let found = try mel(Self.hum)
        #expect(found.width == 1000 && found.values.allSatisfy { $0.isFinite })
        #expect(found.values.contains { $0 > 0 })
    }

    @Test func equalFeaturesShareTheirWork() throws {
        let sound = WaveformAnalysis(Self.hum)
        let stft = STFT(fft: 512, hop: 128)
        let one = try sound.powers(stft).bins
        let two = try sound.powers(stft).bins
        // The very same memory, not equal numbers.
        #expect(one.isSameMemory(as: two))
        #expect(try !one.isSameMemory(as: sound.powers(STFT(fft: 512, hop: 64)).bins))
    }

    @Test(arguments: everyKind) func theSameBitsOnAnyNumberOfThreads(_ json: String) throws {
        let feature = try FeatureGoldenTests.feature(json)
        let wave = Waveform(SpectrumTests.noise(90_000), rate: 16000)
        let before = Parallel.threads
        defer { Parallel.threads = before }
        Parallel.threads = 1
        let one = try feature(wave)
        Parallel.threads = 5
        #expect(try feature(wave) == one)
    }
}
