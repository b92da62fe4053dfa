import Autograd
import Configuration
import Foundation
import SpeechEmotion

/// Benchmarks features and augmentations of one clip. Benchmarks/peers/features.py does the same with librosa.
enum FeatureBench {
    /// The tasks, named as in the librosa script.
    private static func tasks(_ rate: Int) throws -> [(name: String, work: (Waveform) throws -> Void)] {
        func feature(_ json: String) throws -> (Waveform) throws -> Void {
            let feature = try Holder.decode(text: "{\"feature\": \(json)}").feature.value
            return { _ = try feature($0) }
        }
        let shapes = try ["centroid", "rolloff", "zcr"].map {
            try Holder.decode(text: "{\"feature\": {\"type\": \"\($0)\"}}")
        }
        return [
            ("stft", { _ = try Spectrogram(powersOf: $0).squareRoots }),
            ("mfcc40", try feature(#"{"type": "mfcc", "n_mfcc": 40}"#)),
            ("melspec128_db", try feature(#"{"type": "mel", "scale": "db", "ref": "max"}"#)),
            ("chroma_stft12", try feature(#"{"type": "chroma"}"#)),
            ("chroma_stft12_tuning0", try feature(#"{"type": "chroma", "tuning": 0}"#)),
            (
                "centroid_rolloff_zcr",
                { wave in
                    let sound = WaveformAnalysis(wave)
                    for shape in shapes { _ = try sound(shape.feature.value) }
                }
            ),
            ("contrast", try feature(#"{"type": "contrast"}"#)),
            ("rms", try feature(#"{"type": "rms"}"#)),
            ("yin", try feature(#"{"type": "yin", "fmax": 2093}"#)),
            ("pyin", try feature(#"{"type": "pyin", "fmax": 2093}"#)),
            ("summary105", { [summary = try summary105(rate)] in _ = try summary.features(of: $0) }),
            ("trim30", { _ = $0.trimRange(below: 30) }),
            ("time_stretch_0.9", { _ = try $0.stretched(rate: 0.9) }),
            ("pitch_shift_+2", { _ = try $0.pitchShifted(semitones: 2) }),
        ]
    }

    private struct Holder: Options {
        var feature = AnyFrameFeature(MFCC())
        static let fields: [Field<Self>] = [.init("feature", \.feature, "")]
    }

    /// The 105-dimensional summary pipeline at the clip's sample rate.
    private static func summary105(_ rate: Int) throws -> FeaturePipeline {
        var pipeline = try FeaturePipeline.decode(text: CorpusBench.summary105)
        pipeline.sampleRate = rate
        return pipeline
    }

    /// A sentence of the synthetic corpus, repeated to the given duration.
    private static func speechLike(rate: Int, seconds: Double) throws -> Waveform {
        let clip = SyntheticClip(seed: 1, speaker: 1, emotion: .happy, statement: 1, repetition: 1)
        let sound = try clip.wave().resampled(to: rate).samples
        return Waveform((0..<Int(Double(rate) * seconds)).map { sound[$0 % sound.count] }, rate: rate)
    }

    /// Uses the file named by the environment variable BENCH_SOUND, or a synthetic clip.
    static func measure() throws -> Row {
        if let path = ProcessInfo.processInfo.environment["BENCH_SOUND"] { return try measure(path) }
        let path = NSTemporaryDirectory() + "/features-\(getpid()).wav"
        try AudioFile.write(speechLike(rate: 48000, seconds: 3.5), to: path)
        defer { unlink(path) }
        return try measure(path)
    }

    private static func measure(_ path: String) throws -> Row {
        var rows: [Row] = []
        func time(_ name: String, _ work: () throws -> Void) throws {
            try work()
            var row = Row()
            row.add("bench", name)
            row.add("clip_ms", try Timing { try? work() }.median * 1000, digits: 4)
            rows.append(row)
        }
        try time("decode") { _ = try AudioFile.read(path) }
        for rate in [22050, 16000] {
            let pipeline = FeaturePipeline(sampleRate: rate, layout: FrameSequence([MFCC(count: 40)]))
            try time("file_to_mfcc40-\(rate)") { _ = try pipeline.features(ofFile: path) }
            try time("load_resample-\(rate)") { _ = try AudioFile.read(path, rate: rate) }
            let wave = try AudioFile.read(path, rate: rate)
            for task in try tasks(rate) { try time("\(task.name)-\(rate)") { try task.work(wave) } }
            let mfcc = try MFCC(count: 40)(wave)
            try time("delta_delta2-\(rate)") { for order in [1, 2] { _ = try mfcc.delta(order: order) } }
        }
        var row = Row()
        row.add("rows", rows)
        return row
    }
}

extension Workload {
    /// Features of one clip.
    static let features = Workload(
        name: "features", summary: "Features and augmentations of a clip of 3.5 s, one row each.", batch: nil
    ) { _ in try FeatureBench.measure() }

    /// A feature pipeline on a corpus, without and with the feature cache.
    static let corpus = Workload(
        name: "corpus",
        summary: "A pipeline of 105 summary features on audio files, without and with the feature cache.",
        batch: 384
    ) { count in try CorpusBench.measure(files: count ?? 384) }
}
