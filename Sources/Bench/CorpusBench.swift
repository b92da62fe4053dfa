import Autograd
import Configuration
import Foundation
import SpeechEmotion

/// A folder of sound files through a pipeline: without keeping anything, keeping everything, and again.
enum CorpusBench {
    static func measure(files count: Int) throws -> Row {
        let folder = NSTemporaryDirectory() + "/corpus-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let paths = try write(count, to: folder)
        // What was changed just now is not yet trusted by its stamp.
        Thread.sleep(forTimeInterval: 3.2)

        let pipeline = try FeaturePipeline.decode(text: summary105)
        let bytes = try paths.reduce(0) { sum, path in
            sum + (try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0)
        }
        var row = Row()
        row.add("files", count)
        row.add("megabytes", Double(bytes) / 1e6, digits: 1)
        let plain = try seconds(paths, FeatureExtractor(pipeline))
        row.add("files_per_s", Double(count) / plain, digits: 1)
        let cold = try seconds(
            paths, FeatureExtractor(pipeline, cache: FeatureCache(folder: folder + "/kept")))
        row.add("cold_files_per_s", Double(count) / cold, digits: 1)
        // As another process would find it.
        let warm = try seconds(
            paths, FeatureExtractor(pipeline, cache: FeatureCache(folder: folder + "/kept")))
        row.add("warm_files_per_s", Double(count) / warm, digits: 1)
        row.add("warm_over_cold", cold / warm, digits: 1)
        return row
    }

    /// Clips of the embedded corpus at 48 kHz, 16 bits.
    private static func write(_ count: Int, to folder: String) throws -> [String] {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return try (0..<count).map { i in
            try Cancellation.check()
            let clip = SyntheticClip(
                seed: 1, speaker: i / 16 + 1, emotion: SyntheticEmotion.allCases[i % 8],
                statement: i / 8 % 2 + 1,
                repetition: 1)
            let path = "\(folder)/\(i).wav"
            try AudioFile.write(clip.wave().resampled(to: 48000), to: path)
            return path
        }
    }

    private static func seconds(_ paths: [String], _ extractor: FeatureExtractor) throws -> Double {
        let clock = ContinuousClock()
        let begin = clock.now
        try extractor.forEach(paths) { _, result in
            try Cancellation.check()
            _ = try result.get()
        }
        return (clock.now - begin).inSeconds
    }

    /// Benchmarks/pipelines/summary105.json.
    static let summary105 = """
        {"sample_rate": 16000, "offset": 0.2, "duration": 3.5,
         "preprocessing": [{"type": "trim", "top_db": 30}, {"type": "length", "samples": 56000}, {"type": "normalize_peak"}],
         "layout": {"type": "summary", "entries": [
            {"feature": {"type": "mfcc", "n_mfcc": 13, "n_fft": 1024}, "statistics": ["mean", "std"]},
            {"feature": {"type": "delta", "of": {"type": "mfcc", "n_mfcc": 13, "n_fft": 1024}}},
            {"feature": {"type": "mel", "n_mels": 48, "n_fft": 1024, "scale": "db", "ref": "max"}},
            {"feature": {"type": "centroid"}, "statistics": ["mean", "std"]},
            {"feature": {"type": "rolloff"}, "statistics": ["mean", "std"]},
            {"feature": {"type": "zcr"}, "statistics": ["mean", "std"]},
            {"feature": {"type": "chroma", "n_fft": 1024}}]}}
        """
}
