import Autograd
import Foundation
import GeMAPS
import Testing

/// The Swift side of `Benchmarks/egemaps_compare.py`: describes every recording in the folder that the environment
/// variable `EGEMAPS_FOLDER` names. Without it, nothing runs.
@Suite struct CompareRun {
    private static var folder: String? { ProcessInfo.processInfo.environment["EGEMAPS_FOLDER"] }

    @Test(.enabled(if: CompareRun.folder != nil)) func describeFolder() throws {
        let folder = URL(fileURLWithPath: try #require(Self.folder))
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "samples" }.sorted { $0.path < $1.path }
        var extractors: [Int: EGeMAPS] = [:]
        Parallel.threads = 1
        var seconds = 0.0
        for file in files {
            // Names are number_rate.samples.
            let name = file.deletingPathExtension().lastPathComponent
            let rate = try #require(name.split(separator: "_").last.flatMap { Int($0) })
            let samples = try Data(contentsOf: file).withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
            let extractor = try extractors[rate] ?? EGeMAPS(sampleRate: rate)
            extractors[rate] = extractor
            let start = ContinuousClock.now
            let functionals = try extractor.functionals(samples)
            seconds += (ContinuousClock.now - start) / .seconds(1)
            let base = folder.appendingPathComponent(name)
            try functionals.withUnsafeBytes { Data($0) }.write(to: base.appendingPathExtension("functionals"))
            let descriptors = try extractor.descriptors(samples).values
            try descriptors.withUnsafeBytes { Data($0) }.write(to: base.appendingPathExtension("descriptors"))
        }
        try "\(seconds)".write(
            to: folder.appendingPathComponent("seconds.txt"), atomically: true, encoding: .utf8)
    }
}
