import Configuration
import Foundation
import SpeechEmotion
import Testing

/// Every feature against librosa's numbers, as a config would ask for it.
@Suite struct FeatureGoldenTests {
    /// A feature, the name of its tensor, and how near it has to be.
    struct Case: Sendable {
        let name: String
        let json: String
        let tolerance: Tolerance
    }

    enum Tolerance: Sendable {
        /// Over the largest number.
        case relative(Double)
        case absolute(Double)
        case exact
        /// Equal in 98 % of the frames, a bin apart in the others.
        case bins
    }

    static let cases: [Case] = [
        Case(name: "mel_power", json: #"{"type": "mel"}"#, tolerance: .relative(1e-5)),
        Case(name: "mel_db", json: #"{"type": "mel", "scale": "db"}"#, tolerance: .absolute(0.01)),
        Case(
            name: "mel_db_refmax", json: #"{"type": "mel", "scale": "db", "ref": "max"}"#,
            tolerance: .absolute(0.01)),
        Case(name: "mfcc40", json: #"{"type": "mfcc", "n_mfcc": 40}"#, tolerance: .absolute(0.01)),
        Case(name: "mfcc13", json: #"{"type": "mfcc", "n_mfcc": 13}"#, tolerance: .absolute(0.01)),
        Case(
            name: "delta", json: #"{"type": "delta", "of": {"type": "mfcc", "n_mfcc": 40}}"#,
            tolerance: .relative(1e-4)),
        Case(
            name: "delta2", json: #"{"type": "delta", "order": 2, "of": {"type": "mfcc", "n_mfcc": 40}}"#,
            tolerance: .relative(1e-4)),
        Case(name: "centroid", json: #"{"type": "centroid"}"#, tolerance: .relative(1e-5)),
        Case(name: "bandwidth", json: #"{"type": "bandwidth"}"#, tolerance: .relative(1e-5)),
        Case(name: "rolloff", json: #"{"type": "rolloff"}"#, tolerance: .bins),
        Case(name: "contrast", json: #"{"type": "contrast"}"#, tolerance: .relative(1e-4)),
        Case(name: "flatness", json: #"{"type": "flatness"}"#, tolerance: .relative(1e-4)),
        Case(name: "zcr", json: #"{"type": "zcr"}"#, tolerance: .exact),
        Case(name: "rms", json: #"{"type": "rms"}"#, tolerance: .relative(1e-5)),
        Case(
            name: "chroma_stft_tuning0", json: #"{"type": "chroma", "tuning": 0}"#,
            tolerance: .relative(1e-4)),
        Case(
            name: "tonnetz_tuning0", json: #"{"type": "tonnetz", "tuning": 0}"#, tolerance: .relative(1e-4)),
        Case(
            name: "stft_magnitude", json: #"{"type": "spectrogram", "scale": "magnitude"}"#,
            tolerance: .relative(1e-5)),
    ]

    private struct Holder: Options {
        var feature = AnyFrameFeature(MFCC())
        static let fields: [Field<Self>] = [.init("feature", \.feature, "")]
    }

    static func feature(_ json: String) throws -> any FrameFeature {
        try Holder.decode(text: "{\"feature\": \(json)}").feature.value
    }

    private func compare(
        _ found: FrameTable, _ reference: FrameTable, _ tolerance: Tolerance, _ name: String,
        binWidth: Float = 0
    ) {
        #expect(found.frames == reference.frames && found.width == reference.width, "\(name)")
        switch tolerance {
        case .relative(let limit):
            let error = relativeError(found.values, reference.values)
            #expect(error < limit, "\(name)")
        case .absolute(let limit):
            let error = absoluteError(found.values, reference.values)
            #expect(error < limit, "\(name)")
        case .exact: #expect(found.values == reference.values, "\(name)")
        case .bins:
            let differences = zip(found.values, reference.values).map { ($0 - $1).magnitude }
            let equal = differences.count { $0 < binWidth / 100 }
            #expect(Double(equal) >= 0.98 * Double(differences.count), "\(name)")
            #expect(differences.allSatisfy { $0 < binWidth * 1.01 }, "\(name)")
        }
    }

    @Test(arguments: FeatureGolden.clips) func everyFeature(_ clip: FeatureGolden.Clip) throws {
        let golden = try #require(try FeatureGolden())
        let wave = Waveform(try golden.numbers("\(clip.name)/y"), rate: clip.rate)
        let together = WaveformAnalysis(wave)
        for item in Self.cases where golden.has("\(clip.name)/\(item.name)") {
            let feature = try Self.feature(item.json)
            let reference = try golden.table("\(clip.name)/\(item.name)")
            let found = try together(feature)
            let alone = try feature(wave)
            #expect(found == alone, "\(item.name)")
            #expect(found.width == feature.width && feature.names.count == feature.width)
            compare(
                found, reference, item.tolerance, "\(clip.name) \(item.name)",
                binWidth: Float(clip.rate) / 2048)
        }
    }

    @Test(arguments: FeatureGolden.clips) func tuning(_ clip: FeatureGolden.Clip) throws {
        let golden = try #require(try FeatureGolden())
        let wave = Waveform(try golden.numbers("\(clip.name)/y"), rate: clip.rate)
        let expected = try #require(clip.facts["tuning"]?.double)
        let found = try Spectrogram(powersOf: wave).tuning()
        #expect(abs(found - expected) < 0.0101)
        // Of the given tuning, so that a neighbouring one does not matter.
        var chroma = ChromaBands()
        chroma.tuning = expected
        let bands = try Spectrogram(powersOf: wave).chroma(chroma).table
        compare(bands, try golden.table("\(clip.name)/chroma_stft"), .relative(1e-4), clip.name)
        if abs(found - expected) < 1e-6 {
            let estimated = try Chroma()(wave)
            compare(estimated, bands, .relative(1e-6), clip.name)
        }
    }

    @Test func optionSets() throws {
        guard let golden = try FeatureGolden() else { return }
        let sets = try #require(golden.json["options"]?.members)
        #expect(!sets.isEmpty)
        for set in sets {
            let source = try #require(set.value["of"]?.text)
            let rate = try #require(source.split(separator: "/").dropFirst().first.flatMap { Int($0) })
            let wave = Waveform(try golden.numbers(source), rate: rate)
            let feature = try Self.mfcc(set.value)
            compare(
                try feature(wave), try golden.table("options/\(set.key)"), .absolute(0.01), set.key)
        }
    }

    /// librosa's names of options in ours.
    private static func mfcc(_ options: JSONValue) throws -> any FrameFeature {
        let names = [
            "n_fft": "n_fft", "hop_length": "hop_length", "win_length": "win_length", "n_mels": "n_mels",
            "n_mfcc": "n_mfcc", "fmin": "fmin", "fmax": "fmax", "lifter": "lifter", "center": "center",
        ]
        var json: JSONValue = ["type": "mfcc"]
        for member in options.members ?? [] {
            switch member.key {
            case "of": continue
            case "htk": json["mel_scale"] = member.value == JSONValue(.bool(true)) ? "htk" : "slaney"
            default: json[try #require(names[member.key], "unknown option \(member.key)")] = member.value
            }
        }
        return try feature(json.line)
    }

    @Test func filters() throws {
        guard let golden = try FeatureGolden() else { return }
        var htk = MelBands(count: 40)
        htk.low = 20
        htk.high = 7600
        htk.scale = .htk
        let mel = try MelBands().matrix(fft: 2048, rate: 22050)
        #expect(relativeError(mel.values, try golden.numbers("filters/mel_22050_2048_128")) < 1e-5)
        let htkMatrix = try htk.matrix(fft: 512, rate: 16000)
        #expect(relativeError(htkMatrix.values, try golden.numbers("filters/mel_16000_512_40_htk")) < 1e-5)
        let chroma = try ChromaBands(tuning: 0).matrix(fft: 2048, rate: 22050)
        #expect(relativeError(chroma.values, try golden.numbers("filters/chroma_22050_2048_12")) < 1e-5)
    }
}
