import Autograd
import Foundation
import Lab
import Reports
import SpeechEmotion

/// Computes and writes the features, or the embeddings, of clips.
final class FeatureWriter {
    private let clips: [Clip]
    private var table: ClipTable
    private let extractor: FeatureExtractor
    private let embedding: LayerEmbedding?
    private let shape: [Int]
    /// The names of the features along the last axis.
    private let names: [String]
    /// Whether progress may be shown.
    private let showsProgress: Bool
    /// The number of clips whose features could not be computed.
    private(set) var failures = 0
    /// The options that can truncate clips.
    private let truncatingOptions: [String]
    /// The truncation of each clip; nil if it is unknown.
    private var truncations: [Truncation?]
    private var isTruncated = false

    init(
        _ input: FeatureInput, _ pipeline: FeaturePipeline, _ embedding: LayerEmbedding?,
        cache: FeatureCache?, showsProgress: Bool
    ) throws {
        clips = input.clips
        table = ClipTable(input.clips, input.subsets)
        extractor = try FeatureExtractor(pipeline, cache: cache)
        truncatingOptions = pipeline.truncatingOptions
        truncations = Array(repeating: nil, count: input.clips.count)
        self.embedding = embedding
        shape = try embedding?.shape ?? pipeline.outputShape()
        names =
            embedding.map { layer in (0..<(layer.shape.last ?? 1)).map { "\(layer.layer)_\($0)" } }
            ?? pipeline.names
        self.showsProgress = showsProgress
    }

    /// Calls `body` with the features of each clip; nil after an error, which is reported.
    private func each(_ body: (_ index: Int, Features?) throws -> Void) throws {
        var progress = ProgressBar(total: clips.count)
        let clock = ContinuousClock()
        let begin = clock.now
        var failed = 0
        var found = truncations
        try extractor.forEach(clips) { i, result in
            try Interrupt.check()
            found[i] = (try? result.get())?.first?.truncation
            var features: Features?
            do {
                features = try result.get().first.map { try embedding?.callAsFunction($0) ?? $0 }
            } catch {
                failed += 1
                Terminal.error(error, in: clips[i].id)
            }
            try body(i, features)
            if showsProgress { progress.update(i + 1, "files") }
        }
        failures = failed
        truncations = found
        let summary = TruncationSummary(found.compactMap { $0 }, options: truncatingOptions)
        isTruncated = summary.truncated > 0
        if isTruncated { Terminal.error("warning: \(summary.sentence)") }
        if showsProgress {
            let seconds = (clock.now - begin).inSeconds
            Terminal.error(
                "\(NumberText.count(clips.count, "file")), \(Int(Double(clips.count) / max(seconds, 1e-9))) per second"
            )
        }
    }

    /// Writes CSV: one line per clip for vectors, per valid frame for sequences, per row for images.
    func writeCSV(_ write: (String) throws -> Void) throws {
        let isVector = shape.count == 1
        let columns =
            shape.count == 3 ? (0..<shape[1]).flatMap { x in names.map { "\(x)_\($0)" } } : names
        let row = isVector ? "" : ",row"
        try write("\(table.header)\(row),\(columns.joined(separator: ","))\n")
        let width = shape.dropFirst(isVector ? 0 : 1).reduce(1, *)
        try each { index, features in
            guard let features else { return }
            for row in 0..<(isVector ? 1 : min(features.length ?? shape[0], shape[0])) {
                var line = isVector ? table.line(index) : "\(table.line(index)),\(row)"
                for value in features.values[row * width..<(row + 1) * width] { line += ",\(value)" }
                try write(line + "\n")
            }
        }
    }

    /// Computes all features, which remain in the cache.
    func fillCache() throws { try each { _, _ in } }

    /// Writes an array of all clips, a table of their metadata, with the seconds that are cut from truncated clips, and the lengths of
    /// sequences. A clip without features is NaN in the array and has length 0.
    func writeNpy(to file: String) throws {
        let size = shape.reduce(1, *)
        let base = String(file.dropLast(4))
        var lengths: [Int] = []
        try Npy.write(shape: [clips.count] + shape, to: file) { append in
            try each { _, features in
                lengths.append(features.map { $0.length ?? shape[0] } ?? 0)
                try append(features?.values ?? [Float](repeating: .nan, count: size))
            }
            if isTruncated { table.add(truncations: truncations) }
            // Written before the array, so that an array never lacks its table.
            try AtomicFile.write(Data(table.text.utf8), to: base + ".csv")
            let lengthsFile = base + ".lengths.npy"
            if shape.count == 2 {
                try Npy.write(Indices(lengths), to: lengthsFile)
            } else if FileManager.default.fileExists(atPath: lengthsFile) {
                // Left over from an earlier array of this name.
                try FileManager.default.removeItem(atPath: lengthsFile)
            }
        }
    }
}
