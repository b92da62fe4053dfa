import Autograd
import Configuration
import Foundation
import SpeechEmotion
import Testing

/// Sequences, summaries and pictures.
@Suite struct LayoutTests {
    private struct Holder: Options {
        var layout = AnyFeatureLayout(Summary())
        static let fields: [Field<Self>] = [.init("layout", \.layout, "", .required)]
    }

    static func layout(_ json: String) throws -> any FeatureLayout {
        try Holder.decode(text: "{\"layout\": \(json)}").layout.value
    }

    private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Fixtures/Features").standardizedFileURL.path
    private static let pipelines = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../Benchmarks/pipelines").standardizedFileURL.path

    private func fixture() throws -> (Waveform, SafeTensors) {
        let tensors = try SafeTensors(contentsOf: Self.fixtures + "/features.safetensors")
        return (Waveform(try tensors.tensor("sound").array.map { Float($0) }, rate: 16000), tensors)
    }

    // MARK: Sequences

    @Test func goldenSequences() throws {
        guard let golden = try FeatureGolden() else { return }
        let frames = try #require(golden.json["fixed_frames"]?.integer)
        let wave = Waveform(try golden.numbers("a48k/22050/y"), rate: 22050)
        let fine = try #require(golden.json["options"]?["fine"])
        let fineFeature =
            "{\"type\": \"mfcc\", \"n_mfcc\": \(try #require(fine["n_mfcc"]?.integer)), \"n_fft\": \(try #require(fine["n_fft"]?.integer)), "
            + "\"hop_length\": \(try #require(fine["hop_length"]?.integer)), \"n_mels\": \(try #require(fine["n_mels"]?.integer))}"
        let cases = [
            ("padded", #"{"type": "mfcc", "n_mfcc": 40}"#, "end", true),
            ("padded_front", #"{"type": "mfcc", "n_mfcc": 40}"#, "front", false),
            ("truncated", fineFeature, "end", false),
        ]
        for (name, feature, pad, isShort) in cases {
            let layout = try Self.layout(
                "{\"type\": \"sequence\", \"features\": [\(feature)], \"frames\": \(frames), \"padding\": \"\(pad)\"}"
            )
            let found = try layout.features(of: WaveformAnalysis(wave))
            #expect(found.shape == layout.outputShape)
            #expect(found.shape == (try golden.shape("frames/\(name)")))
            let reference = try golden.numbers("frames/\(name)")
            let error = absoluteError(found.values, reference)
            #expect(error < 0.01, "\(name)")
            let own = wave.count / 512 + 1
            #expect(found.length == (isShort ? min(own, frames) : frames), "\(name)")
        }
    }

    @Test func channelsStandSideBySide() throws {
        let (wave, _) = try fixture()
        let layout = try Self.layout(
            """
            {"type": "sequence", "features": [{"type": "mfcc", "n_mfcc": 3}, {"type": "rms"}, {"type": "mfcc", "n_mfcc": 2}],
             "deltas": 2, "delta_width": 5, "frames": 40}
            """)
        #expect(layout.outputShape == [40, 18])
        #expect(
            layout.names.prefix(8) == [
                "mfcc_0", "mfcc_1", "mfcc_2", "rms", "mfcc_0.2", "mfcc_1.2", "delta_mfcc_0", "delta_mfcc_1",
            ])
        let found = try layout.features(of: WaveformAnalysis(wave))
        let mfcc = try MFCC(count: 3)(wave)
        let rms = try RMS()(wave)
        let change = try rms.delta(order: 2, width: 5)
        #expect(found.length == mfcc.frames)
        for frame in 0..<mfcc.frames {
            #expect(found.values[frame * 18 + 1] == mfcc[frame, 1])
            #expect(found.values[frame * 18 + 3] == rms[frame, 0])
            #expect(found.values[frame * 18 + 15] == change[frame, 0])
        }
        #expect(found.values[(mfcc.frames * 18)...].allSatisfy { $0 == 0 })
    }

    /// Who asks a finished model about a click cannot change its frames, but can know how long a sound has to be.
    @Test func soundsTooShortForDeltasSayHowLongTheyHaveToBe() throws {
        let layout = try Self.layout(
            #"{"type": "sequence", "features": [{"type": "mel", "n_fft": 512, "hop_length": 256}], "deltas": 1, "frames": 40}"#
        )
        let click = Waveform([Float](repeating: 0.5, count: 160), rate: 16000)
        let problem = #expect(throws: InputError.self) { try layout.features(of: WaveformAnalysis(click)) }
        #expect(
            "\(try #require(problem))"
                == "delta: found 1 frame of 0.01 s; allowed: 9 or more frames, the width of the delta (0.128 s of audio)"
        )
        let enough = Waveform([Float](repeating: 0.5, count: 2048), rate: 16000)
        #expect(try layout.features(of: WaveformAnalysis(enough)).length == 9)
    }

    @Test func sequencesAreCutWhereAsked() throws {
        let (wave, _) = try fixture()
        let all = try RMS()(wave).values
        func found(_ options: String) throws -> Features {
            try Self.layout("{\"type\": \"sequence\", \"features\": [{\"type\": \"rms\"}], \(options)}")
                .features(of: WaveformAnalysis(wave))
        }
        #expect(try found(#""frames": 10"#).values == Array(all.prefix(10)))
        #expect(try found(#""frames": 10, "truncating": "front""#).values == Array(all.suffix(10)))
        let extra = (all.count - 10) / 2
        #expect(try found(#""frames": 10, "truncating": "both""#).values == Array(all[extra..<extra + 10]))
        let middle = try found("\"frames\": \(all.count + 5), \"padding\": \"both\"")
        #expect(middle.values == [0, 0] + all + [0, 0, 0] && middle.length == all.count + 2)
        #expect(try found("\"frames\": \(all.count)").values == all)
    }

    // MARK: Summaries

    /// Each beside the functions of numpy and scipy.
    @Test func statistics() throws {
        let (wave, tensors) = try fixture()
        let words = ["mean", "std", "min", "max", "median", "range", "skew", "kurtosis", "p10", "p75"]
        let layout = try Self.layout(
            """
            {"type": "summary", "entries": [{"feature": {"type": "mfcc", "n_mfcc": 13, "n_fft": 600, "hop_length": 200},
             "statistics": [\(words.map { "\"\($0)\"" }.joined(separator: ", "))]}]}
            """)
        let found = try layout.features(of: WaveformAnalysis(wave))
        let reference = try tensors.tensor("statistics").array.map { Float($0) }
        #expect(found.shape == [130] && found.length == nil)
        for (i, word) in words.enumerated() {
            let error = absoluteError(
                Array(found.values[i * 13..<i * 13 + 13]), Array(reference[i * 13..<i * 13 + 13]))
            #expect(error < 0.01, "\(word)")
            #expect(layout.names[i * 13 + 12] == "mfcc_12_\(word)")
        }
        let flat = FrameTable(frames: 3, width: 2, values: [1, 5, 1, 5, 1, 5])
        #expect(Statistic.skewness(flat) == [0, 0] && Statistic.kurtosis(flat) == [0, 0])
        #expect(Statistic.percentile(100)(flat) == [1, 5] && Statistic.percentile(0)(flat) == [1, 5])
    }

    /// The vectors of Benchmarks/pipelines beside librosa's, number by number.
    @Test(arguments: ["summary80", "summary105", "summary162"]) func vectors(_ name: String) throws {
        let (wave, tensors) = try fixture()
        let pipeline = try FeaturePipeline.decode(JSONValue.load("\(Self.pipelines)/\(name).json"))
        let reference = try tensors.tensor(name).array.map { Float($0) }
        let count = try #require(Int(name.dropFirst(7)))
        #expect(try pipeline.outputShape() == [count] && reference.count == count)
        #expect(pipeline.names.count == count && Set(pipeline.names).count == count)
        let found = try pipeline.layout.value.features(of: WaveformAnalysis(wave))
        #expect(found.shape == [count])
        for (i, column) in pipeline.names.enumerated() {
            let allowed: Float =
                1e-4 * reference[i].magnitude
                + (column.contains("mfcc") || column.contains("mel_") ? 0.002 : 1e-6)
            #expect(
                (found.values[i] - reference[i]).magnitude < allowed,
                "\(column): \(found.values[i]) \(reference[i])")
        }
    }

    @Test func theOrderOfTheVectors() throws {
        let names = try FeaturePipeline.decode(JSONValue.load("\(Self.pipelines)/summary105.json")).names
        #expect(names[0] == "mfcc_0_mean" && names[13] == "mfcc_0_std" && names[26] == "delta_mfcc_0_mean")
        #expect(names[39] == "mel_0_mean" && names[87] == "centroid_mean" && names[88] == "centroid_std")
        #expect(names[89] == "rolloff_mean" && names[92] == "zcr_std" && names[93] == "chroma_0_mean")
    }

    // MARK: Pictures

    /// Levels of matplotlib's maps, from 0 to 255.
    @Test func colors() throws {
        let expected: [(String, [Int: [Float]])] = [
            (
                "viridis",
                [
                    0: [68.09, 1.24, 84.0], 1: [68.47, 2.45, 85.53], 50: [65.19, 66.48, 134.72],
                    127: [32.83, 143.63, 140.56], 200: [112.23, 206.84, 86.95], 255: [253.28, 231.07, 36.7],
                ]
            ),
            (
                "magma",
                [
                    0: [0.37, 0.12, 3.54], 2: [0.84, 0.59, 6.05], 100: [137.13, 40.01, 129.17],
                    128: [182.68, 54.82, 121.2], 254: [251.78, 250.99, 189.21], 255: [251.7, 252.82, 191.12],
                ]
            ),
            ("gray", [0: [0, 0, 0], 100: [100, 100, 100], 255: [255, 255, 255]]),
        ]
        for (name, levels) in expected {
            for (level, color) in levels {
                let found = try picture(
                    [Float(level) + 0.5], frames: 1, channels: 1,
                    "\"colormap\": \"\(name)\", \"height\": 1, \"width\": 1, \"range\": [0, 256], \"mean\": [0, 0, 0], \"std\": [1, 1, 1]"
                )
                #expect(absoluteError(found.values.map { $0 * 255 }, color) <= 1, "\(name) \(level)")
            }
        }
    }

    /// A picture of numbers that need not come from a sound.
    private func picture(_ values: [Float], frames: Int, channels: Int, _ options: String) throws -> Features
    {
        let layout = try #require(try Self.layout("{\"type\": \"image\", \(options)}") as? ImageLayout)
        return layout.picture(of: FrameTable(frames: frames, width: channels, values: values))
    }

    /// Pillow's numbers, by way of the gray map: with and without a change to smaller sizes.
    @Test func resizing() throws {
        func gray(_ rows: [[Float]], _ width: Int, _ height: Int) throws -> [Float] {
            let (frames, channels) = (rows[0].count, rows.count)
            let found = try picture(
                (0..<frames * channels).map { rows[$0 % channels][$0 / channels] + 0.5 }, frames: frames,
                channels: channels,
                """
                "colormap": "gray", "height": \(height), "width": \(width), "range": [0, 256], "low_at_bottom": false,
                "mean": [0, 0, 0], "std": [1, 1, 1]
                """)
            #expect(found.shape == [height, width, 3])
            return stride(from: 0, to: found.values.count, by: 3).map { found.values[$0] * 255 }
        }
        let small: [[Float]] = [[0, 50, 200], [100, 250, 30]]
        let large = try gray(small, 5, 4)
        #expect(
            absoluteError(
                large,
                [
                    0, 20, 50, 140, 200, 25, 55, 100, 134.5, 157.5, 75, 125, 200, 123.5, 72.5, 100, 160, 250,
                    118, 30,
                ]) < 0.01)
        #expect(absoluteError(try gray(small, 2, 2), [18.75, 143.75, 156.25, 112.5]) < 0.01)
        #expect(
            absoluteError(try gray(small, 7, 1), [50, 64.2857, 107.1429, 150, 135, 120, 115]) < 0.01)
    }

    @Test func lowFrequenciesAreAtTheBottom() throws {
        let (wave, _) = try fixture()
        func rows(_ options: String) throws -> Features {
            try Self.layout(
                "{\"type\": \"image\", \"colormap\": \"gray\", \"height\": 128, \"width\": 29, \(options)}"
            )
            .features(of: WaveformAnalysis(wave))
        }
        let up = try rows(#""low_at_bottom": true"#)
        let down = try rows(#""low_at_bottom": false"#)
        #expect(up.shape == [128, 29, 3] && up.length == nil)
        for row in [0, 5, 127] {
            #expect(
                up.values[row * 87..<row * 87 + 87] == down.values[(127 - row) * 87..<(127 - row) * 87 + 87])
        }
        // A voice is louder below than at the top.
        let half = up.values.count / 2
        #expect(up.values[half...].reduce(0, +) > up.values[..<half].reduce(0, +))
        // From the darkest to the brightest, normalised by 0.5 and 0.5.
        #expect(up.values.max() == 1 && up.values.min() == -1)
        let silence = WaveformAnalysis(Waveform([Float](repeating: 0, count: 8000), rate: 16000))
        #expect(try ImageLayout().features(of: silence).values.allSatisfy { $0.isFinite })
    }

    @Test(arguments: [
        (#"{"type": "sequence"}"#, "features: missing"),
        (#"{"type": "sequence", "features": []}"#, "features: expected"),
        (
            #"{"type": "sequence", "features": [{"type": "mfcc"}, {"type": "rms", "hop_length": 256}]}"#,
            "equal hop lengths, found 512 and 256"
        ),
        (#"{"type": "sequence", "features": [{"type": "mfcc"}], "frames": 0}"#, "frames: expected"),
        (#"{"type": "sequence", "features": [{"type": "mfcc"}], "frames": 99999999}"#, "frames: expected"),
        (#"{"type": "sequence", "features": [{"type": "mfcc"}], "deltas": 3}"#, "deltas: expected"),
        (#"{"type": "summary", "entries": []}"#, "entries: expected"),
        (
            #"{"type": "summary", "entries": [{"feature": {"type": "rms"}, "statistics": ["maen"]}]}"#,
            "did you mean \"mean\""
        ),
        (
            #"{"type": "summary", "entries": [{"feature": {"type": "rms"}, "statistics": ["p101"]}]}"#,
            "a percentile such as p90"
        ),
        (
            #"{"type": "summary", "entries": [{"feature": {"type": "rms"}, "statistics": []}]}"#,
            "statistics: expected"
        ),
        (#"{"type": "image", "height": 0}"#, "height: expected"),
        (#"{"type": "image", "colormap": "jet"}"#, "colormap: expected"),
        (#"{"type": "image", "range": [0, -80]}"#, "0.0 is not below -80.0"),
        (#"{"type": "image", "std": [0.5, 0.5, 0]}"#, "std"),
        (#"{"type": "image", "mean": [0.5]}"#, "mean: expected"),
    ]) func optionsThatMakeNoSense(_ json: String, _ words: String) {
        let error = #expect(throws: ConfigurationError.self) { try Self.layout(json) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test func framesThatDoNotMatch() throws {
        let (wave, _) = try fixture()
        let layout = try Self.layout(
            #"{"type": "sequence", "features": [{"type": "mfcc"}, {"type": "rms", "center": false}]}"#)
        let error = #expect(throws: InputError.self) { try layout.features(of: WaveformAnalysis(wave)) }
        #expect(error?.description.contains("of rms") == true, "\(error?.description ?? "")")
    }
}
